package io.diptych.bench.rival.axon;

import io.diptych.bench.rival.axon.OrderEvent.OrderCreated;
import io.diptych.bench.rival.axon.OrderEvent.OrderDelivered;
import io.diptych.bench.rival.axon.OrderEvent.OrderPaid;
import io.diptych.bench.rival.axon.OrderEvent.OrderShipped;
import jakarta.persistence.EntityManager;
import org.axonframework.messaging.eventhandling.annotation.EventHandler;

/** The read side: a batch of events changes rows in one transaction, which Hibernate sends in batches too. */
class OrderProjection {

    private final EntityManager entities;

    OrderProjection(EntityManager entities) {
        this.entities = entities;
    }

    @EventHandler
    void on(OrderCreated event) {
        entities.persist(new OrderSummary(event));
    }

    @EventHandler
    void on(OrderPaid event) {
        row(event.orderId()).become(Order.Status.PAID);
    }

    @EventHandler
    void on(OrderShipped event) {
        row(event.orderId()).become(Order.Status.SHIPPED);
    }

    @EventHandler
    void on(OrderDelivered event) {
        row(event.orderId()).become(Order.Status.DELIVERED);
    }

    private OrderSummary row(String orderId) {
        OrderSummary row = entities.find(OrderSummary.class, orderId);
        if (row == null) {
            throw new IllegalStateException("Order [" + orderId + "] has no row: an event was left out before");
        }
        return row;
    }
}
