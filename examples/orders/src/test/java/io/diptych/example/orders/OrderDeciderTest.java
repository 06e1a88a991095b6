package io.diptych.example.orders;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.diptych.testkit.DeciderFixture;
import io.diptych.testkit.TestMetadata;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OrderDeciderTest {

    private static final Instant ORDERED = Instant.parse("2011-10-06T16:20:00Z");
    private static final CreateOrder CREATE =
            new CreateOrder("1", "23256", 2, new BigDecimal("4.15"), "12923", "United Kingdom", ORDERED);
    private static final OrderCreated CREATED =
            new OrderCreated("1", "23256", 2, new BigDecimal("4.15"), "12923", "United Kingdom", ORDERED);
    private static final OrderPaid PAID = new OrderPaid("1");
    private static final OrderShipped SHIPPED = new OrderShipped("1");
    private static final OrderDelivered DELIVERED = new OrderDelivered("1");
    private static final OrderCancelled CANCELLED = new OrderCancelled("1", "too late", CREATED);
    private static final CancelOrder CANCEL = new CancelOrder("1", "too late");

    private final DeciderFixture<OrderCommand, Order, OrderEvent> orders = DeciderFixture.of(new OrderDecider());

    @Test
    void an_order_goes_from_created_to_delivered() {
        orders.given()
                .when(CREATE)
                .thenEvents(CREATED)
                .when(new PayOrder("1"))
                .thenEvents(PAID)
                .when(new ShipOrder("1"))
                .thenEvents(SHIPPED)
                .when(new DeliverOrder("1"))
                .thenEvents(DELIVERED);
    }

    @Test
    void an_order_without_a_time_is_ordered_when_the_command_comes() {
        var command = new CreateOrder("1", "23256", 2, null, null, null, null);

        orders.given().when(command).thenEvents(new OrderCreated("1", "23256", 2, null, null, null, TestMetadata.NOW));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void a_quantity_must_be_positive_whether_or_not_the_order_exists(int quantity) {
        var command = new CreateOrder("1", "23256", quantity, null, null, null, null);

        orders.given().when(command).thenRejected("invalid-quantity", "[" + quantity + "]");
        orders.given(CREATED).when(command).thenRejected("invalid-quantity", "[" + quantity + "]");
    }

    @Test
    void an_id_is_used_once_even_by_an_order_that_was_cancelled() {
        orders.given(CREATED).when(CREATE).thenRejected("order-exists", "[1]");
        orders.given(CREATED, CANCELLED).when(CREATE).thenRejected("order-exists", "[1]");
    }

    @ParameterizedTest
    @MethodSource("changes")
    void what_does_not_exist_cannot_be_changed(OrderCommand command) {
        orders.given().when(command).thenRejected("order-not-found", "[1]");
    }

    static Stream<OrderCommand> changes() {
        return Stream.of(new PayOrder("1"), new ShipOrder("1"), new DeliverOrder("1"), CANCEL);
    }

    @ParameterizedTest
    @MethodSource("histories")
    void an_order_is_cancelled_until_it_is_shipped_with_what_was_ordered(OrderStatus status, OrderEvent[] history) {
        var outcome = orders.given(history).when(CANCEL);

        switch (status) {
            case CREATED, PAID -> outcome.thenEvents(CANCELLED);
            default -> outcome.thenRejected("invalid-transition", "CancelOrder", "[1]", "[" + status + "]");
        }
    }

    @ParameterizedTest
    @MethodSource("histories")
    void a_step_is_taken_from_the_step_before_only(OrderStatus status, OrderEvent[] history) {
        List<OrderCommand> steps = List.of(new PayOrder("1"), new ShipOrder("1"), new DeliverOrder("1"));
        List<OrderStatus> from = List.of(OrderStatus.CREATED, OrderStatus.PAID, OrderStatus.SHIPPED);
        for (int i = 0; i < steps.size(); i++) {
            if (from.get(i) != status) {
                String asked = steps.get(i).getClass().getSimpleName();
                orders.given(history)
                        .when(steps.get(i))
                        .thenRejected("invalid-transition", asked, "[1]", "[" + status + "]");
            }
        }
        assertThat(orders.given(history).state().status()).isEqualTo(status);
    }

    static Stream<Arguments> histories() {
        return Stream.of(
                Arguments.of(OrderStatus.CREATED, new OrderEvent[] {CREATED}),
                Arguments.of(OrderStatus.PAID, new OrderEvent[] {CREATED, PAID}),
                Arguments.of(OrderStatus.SHIPPED, new OrderEvent[] {CREATED, PAID, SHIPPED}),
                Arguments.of(OrderStatus.DELIVERED, new OrderEvent[] {CREATED, PAID, SHIPPED, DELIVERED}),
                Arguments.of(OrderStatus.CANCELLED, new OrderEvent[] {CREATED, CANCELLED}));
    }
}
