package io.diptych.server.internal;

import io.diptych.App;
import io.diptych.command.Aggregate;
import io.diptych.command.Decider;
import io.diptych.command.Decision;
import io.diptych.message.Metadata;
import io.diptych.message.Recorded;
import io.diptych.projection.ChangeLog;
import io.diptych.projection.Indexed;
import io.diptych.projection.Key;
import io.diptych.projection.Projection;
import io.diptych.projection.ReadModel;
import io.diptych.projection.SqlQuery;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A small application for the tests of the HTTP API. */
final class Orders {

    sealed interface Command {
        String orderId();
    }

    record CreateOrder(
            String orderId,
            String product,
            int quantity,
            @Nullable BigDecimal unitPrice,
            @Nullable Instant orderedAt,
            @Nullable Address shipTo)
            implements Command {}

    record CancelOrder(String orderId, String reason) implements Command {}

    record Address(String street, @Nullable String country) {}

    sealed interface Event {}

    record OrderCreated(String orderId, String product, int quantity) implements Event {}

    record OrderCancelled(String orderId, String reason) implements Event {}

    enum Status {
        CREATED,
        CANCELLED
    }

    record OrderSummary(
            @Key String orderId,
            @Indexed Status status,
            long version,
            String product,
            @Nullable String reason) {}

    record ProductDemand(@Key String product, long orders) {}

    static final Aggregate<Command, Boolean, Event> ORDER =
            new Aggregate<>("order", Command.class, Boolean.class, Event.class, Command::orderId, new OrderDecider());

    record ByStatus(Status status, @Nullable Instant since) {}

    record Orderings(long orders) {}

    private static final ReadModel<Event, OrderSummary> SUMMARY = new ReadModel<>(
                    "order_summary", ORDER, OrderSummary.class, new Unused<OrderSummary>())
            .withChangeLog(ChangeLog.DEFAULT);

    static final App APP = App.named("orders")
            .with(ORDER)
            .with(SUMMARY)
            .with(new ReadModel<>("product_demand", ORDER, ProductDemand.class, new Unused<ProductDemand>()))
            .with(SqlQuery.named("by_status", Orderings.class, "the in-memory node answers it", ByStatus.class)
                    .reads(SUMMARY));

    private Orders() {}

    /** The state is whether the order exists. */
    private static final class OrderDecider implements Decider<Command, Boolean, Event> {
        @Override
        public Boolean initialState() {
            return false;
        }

        @Override
        public Decision<Event> decide(Command command, Boolean exists, Metadata metadata) {
            return switch (command) {
                case CreateOrder create
                when create.quantity() <= 0 ->
                    Decision.reject("invalid-quantity", "The quantity [" + create.quantity() + "] must be positive");
                case CreateOrder create
                when exists -> Decision.reject("order-exists", "There is an order [" + create.orderId() + "] already");
                case CreateOrder create ->
                    Decision.accept(new OrderCreated(create.orderId(), create.product(), create.quantity()));
                case CancelOrder cancel
                when !exists -> Decision.reject("order-not-found", "There is no order [" + cancel.orderId() + "]");
                case CancelOrder cancel -> Decision.accept(new OrderCancelled(cancel.orderId(), cancel.reason()));
            };
        }

        @Override
        public Boolean evolve(Boolean exists, Event event) {
            return true;
        }
    }

    /** The in-memory node below answers queries from the events itself. */
    private static final class Unused<R> implements Projection<Event, R> {
        @Override
        public @Nullable Object key(Event event) {
            return null;
        }

        @Override
        public @Nullable R evolve(@Nullable R row, Recorded<Event> event) {
            return row;
        }
    }

    static List<String> eventTypes(List<Event> events) {
        return events.stream().map(e -> e.getClass().getSimpleName()).toList();
    }
}
