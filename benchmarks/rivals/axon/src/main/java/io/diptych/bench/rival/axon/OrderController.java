package io.diptych.bench.rival.axon;

import io.diptych.bench.rival.axon.OrderCommand.CreateOrder;
import io.diptych.bench.rival.axon.OrderCommand.DeliverOrder;
import io.diptych.bench.rival.axon.OrderCommand.PayOrder;
import io.diptych.bench.rival.axon.OrderCommand.ShipOrder;
import java.util.Map;
import org.axonframework.messaging.commandhandling.gateway.CommandGateway;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Commands and queries. */
@RestController
class OrderController {

    private final CommandGateway commands;
    private final OrderSummaries summaries;

    OrderController(CommandGateway commands, OrderSummaries summaries) {
        this.commands = commands;
        this.summaries = summaries;
    }

    @PostMapping("/api/commands/CreateOrder")
    Map<String, Object> handle(@RequestBody CreateOrder command) {
        return send(command);
    }

    @PostMapping("/api/commands/PayOrder")
    Map<String, Object> handle(@RequestBody PayOrder command) {
        return send(command);
    }

    @PostMapping("/api/commands/ShipOrder")
    Map<String, Object> handle(@RequestBody ShipOrder command) {
        return send(command);
    }

    @PostMapping("/api/commands/DeliverOrder")
    Map<String, Object> handle(@RequestBody DeliverOrder command) {
        return send(command);
    }

    private Map<String, Object> send(OrderCommand command) {
        return Map.of("id", command.orderId(), "version", commands.sendAndWait(command, Long.class));
    }

    @GetMapping("/api/read-models/order_summary/{id}")
    OrderSummary find(@PathVariable String id) {
        return summaries.findById(id).orElseThrow(() -> new RefusedException("There is no order [" + id + "]"));
    }
}
