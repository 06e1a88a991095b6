package io.diptych.bench.rival.spring;

import jakarta.persistence.EntityManager;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** The write side: an order and the event in the outbox are one transaction. */
@Service
class OrderService {

    private final EntityManager entities;
    private final JsonMapper json;

    OrderService(EntityManager entities, JsonMapper json) {
        this.entities = entities;
        this.json = json;
    }

    /** Returns the order's version. */
    @Transactional
    long handle(String type, OrderCommand command) {
        Order order;
        String event;
        if (type.equals("CreateOrder")) {
            order = new Order(command);
            event = "OrderCreated";
            entities.persist(order);
        } else {
            order = entities.find(Order.class, command.orderId());
            if (order == null) {
                throw new RefusedException("There is no order [" + command.orderId() + "]");
            }
            event = order.take(type);
        }
        var published = new OrderEvent(event, command.orderId(), order.version(), command);
        entities.persist(new OutboxEntry(command.orderId(), json.writeValueAsString(published)));
        return order.version();
    }
}
