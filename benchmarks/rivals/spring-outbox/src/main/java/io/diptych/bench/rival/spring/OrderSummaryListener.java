package io.diptych.bench.rival.spring;

import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** The read side. */
@Component
class OrderSummaryListener {

    private final OrderSummaries summaries;
    private final JsonMapper json;

    OrderSummaryListener(OrderSummaries summaries, JsonMapper json) {
        this.summaries = summaries;
        this.json = json;
    }

    @KafkaListener(topics = Main.TOPIC, groupId = "order-summary", concurrency = "4")
    @Transactional
    public void on(String message) {
        OrderEvent event = json.readValue(message, OrderEvent.class);
        OrderSummary row = summaries.findById(event.orderId()).orElse(null);
        if (row == null) {
            summaries.save(new OrderSummary(event));
        } else {
            row.apply(event);
        }
    }
}
