package io.diptych.example.orders;

import static io.diptych.command.Decision.accept;
import static io.diptych.command.Decision.reject;
import static io.diptych.example.orders.OrderStatus.CREATED;
import static io.diptych.example.orders.OrderStatus.PAID;
import static io.diptych.example.orders.OrderStatus.SHIPPED;
import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.diptych.command.Decider;
import io.diptych.command.Decision;
import io.diptych.example.orders.OrderCommand.CancelOrder;
import io.diptych.example.orders.OrderCommand.CreateOrder;
import io.diptych.example.orders.OrderCommand.DeliverOrder;
import io.diptych.example.orders.OrderCommand.PayOrder;
import io.diptych.example.orders.OrderCommand.ShipOrder;
import io.diptych.example.orders.OrderDecider.Order;
import io.diptych.example.orders.OrderEvent.OrderCancelled;
import io.diptych.example.orders.OrderEvent.OrderCreated;
import io.diptych.example.orders.OrderEvent.OrderDelivered;
import io.diptych.example.orders.OrderEvent.OrderPaid;
import io.diptych.example.orders.OrderEvent.OrderShipped;
import io.diptych.message.Metadata;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The write side: what may happen to an order. */
final class OrderDecider implements Decider<OrderCommand, Order, OrderEvent> {

    /** What a decision needs to know; nothing as long as there is no order. */
    record Order(@Nullable OrderStatus status, @Nullable OrderCreated created) {}

    @Override
    public Order initialState() {
        return new Order(null, null);
    }

    @Override
    public Decision<OrderEvent> decide(OrderCommand command, Order order, Metadata metadata) {
        String id = command.orderId();
        String asked = command.getClass().getSimpleName();
        OrderStatus status = order.status();
        if (command instanceof CreateOrder c && c.quantity() <= 0) {
            return reject("invalid-quantity", "The quantity [" + c.quantity() + "] must be positive");
        }
        return switch (command) {
            case CreateOrder c when status != null -> reject("order-exists", "There is an order [" + id + "] already");
            case CreateOrder c -> accept(created(c, requireNonNullElse(c.orderedAt(), metadata.time())));
            case OrderCommand c when status == null -> reject("order-not-found", "There is no order [" + id + "]");
            case PayOrder c when status == CREATED -> accept(new OrderPaid(id));
            case ShipOrder c when status == PAID -> accept(new OrderShipped(id));
            case DeliverOrder c when status == SHIPPED -> accept(new OrderDelivered(id));
            case CancelOrder c when status == CREATED || status == PAID -> accept(cancelled(c, order));
            case OrderCommand c -> reject("invalid-transition", asked + ": order [" + id + "] is [" + status + "]");
        };
    }

    @Override
    public Order evolve(Order order, OrderEvent event) {
        return new Order(OrderStatus.after(event), event instanceof OrderCreated e ? e : order.created());
    }

    private static OrderCreated created(CreateOrder c, Instant at) {
        return new OrderCreated(c.orderId(), c.product(), c.quantity(), c.unitPrice(), c.customerId(), c.country(), at);
    }

    private static OrderCancelled cancelled(CancelOrder c, Order order) {
        return new OrderCancelled(c.orderId(), c.reason(), requireNonNull(order.created()));
    }
}
