package io.diptych.kafka;

import io.diptych.App;
import io.diptych.command.Aggregate;
import io.diptych.command.Decider;
import io.diptych.command.Decision;
import io.diptych.message.Metadata;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A small domain for tests on Kafka. */
final class Shop {

    sealed interface OrderCommand permits CreateOrder, CancelOrder {
        String orderId();
    }

    record CreateOrder(
            String orderId,
            String product,
            int quantity,
            @Nullable BigDecimal unitPrice,
            @Nullable Instant orderedAt) implements OrderCommand {}

    record CancelOrder(String orderId) implements OrderCommand {}

    sealed interface OrderEvent permits OrderCreated, OrderCancelled {}

    record OrderCreated(String orderId, String product, int quantity) implements OrderEvent {}

    record OrderCancelled(String orderId) implements OrderEvent {}

    private Shop() {}

    static App app(String name) {
        return App.named(name)
                .with(new Aggregate<OrderCommand, String, OrderEvent>(
                        "order",
                        OrderCommand.class,
                        String.class,
                        OrderEvent.class,
                        OrderCommand::orderId,
                        new OrderDecider()));
    }

    private static final class OrderDecider implements Decider<OrderCommand, String, OrderEvent> {
        @Override
        public String initialState() {
            return "none";
        }

        @Override
        public Decision<OrderEvent> decide(OrderCommand command, String state, Metadata metadata) {
            return switch (command) {
                case CreateOrder c
                when state.equals("none") -> Decision.accept(new OrderCreated(c.orderId(), c.product(), c.quantity()));
                case CreateOrder c -> Decision.reject("order-exists", "The order [" + c.orderId() + "] exists");
                case CancelOrder c -> Decision.accept(new OrderCancelled(c.orderId()));
            };
        }

        @Override
        public String evolve(String state, OrderEvent event) {
            return switch (event) {
                case OrderCreated e -> "created";
                case OrderCancelled e -> "cancelled";
            };
        }
    }
}
