package io.diptych.bench.rival.spring;

import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Commands and queries. */
@RestController
class OrderController {

    private final OrderService service;
    private final OrderSummaries summaries;

    OrderController(OrderService service, OrderSummaries summaries) {
        this.service = service;
        this.summaries = summaries;
    }

    @PostMapping("/api/commands/{type}")
    Map<String, Object> handle(@PathVariable String type, @RequestBody OrderCommand command) {
        return Map.of("id", command.orderId(), "version", service.handle(type, command));
    }

    @GetMapping("/api/read-models/order_summary/{id}")
    OrderSummary find(@PathVariable String id) {
        return summaries.findById(id).orElseThrow(() -> new RefusedException("There is no order [" + id + "]"));
    }
}
