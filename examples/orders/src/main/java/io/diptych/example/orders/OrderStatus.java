package io.diptych.example.orders;

import io.diptych.example.orders.OrderEvent.OrderCancelled;
import io.diptych.example.orders.OrderEvent.OrderCreated;
import io.diptych.example.orders.OrderEvent.OrderDelivered;
import io.diptych.example.orders.OrderEvent.OrderPaid;
import io.diptych.example.orders.OrderEvent.OrderShipped;

/** Where an order is in its life: it goes one step at a time, and can be cancelled until it is shipped. */
public enum OrderStatus {
    CREATED,
    PAID,
    SHIPPED,
    DELIVERED,
    CANCELLED;

    static OrderStatus after(OrderEvent event) {
        return switch (event) {
            case OrderCreated e -> CREATED;
            case OrderPaid e -> PAID;
            case OrderShipped e -> SHIPPED;
            case OrderDelivered e -> DELIVERED;
            case OrderCancelled e -> CANCELLED;
        };
    }
}
