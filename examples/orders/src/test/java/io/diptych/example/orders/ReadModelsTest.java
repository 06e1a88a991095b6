package io.diptych.example.orders;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.example.orders.OrderEvent.OrderCancelled;
import io.diptych.example.orders.OrderEvent.OrderCreated;
import io.diptych.example.orders.OrderEvent.OrderDelivered;
import io.diptych.example.orders.OrderEvent.OrderPaid;
import io.diptych.example.orders.OrderEvent.OrderShipped;
import io.diptych.testkit.ProjectionFixture;
import java.math.BigDecimal;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ReadModelsTest {

    private static final Instant ORDERED = Instant.parse("2011-10-06T16:20:00Z");

    private final ProjectionFixture<OrderEvent, OrderSummary> summaries =
            ProjectionFixture.of(OrdersApp.orders(), "order_summary", OrderEvent.class, OrderSummary.class);
    private final ProjectionFixture<OrderEvent, ProductDemand> demand =
            ProjectionFixture.of(OrdersApp.orders(), "product_demand", OrderEvent.class, ProductDemand.class);

    private static OrderCreated created(String id, String product, int quantity, String unitPrice) {
        BigDecimal price = unitPrice == null ? null : new BigDecimal(unitPrice);
        return new OrderCreated(id, product, quantity, price, "12923", "France", ORDERED);
    }

    private static OrderSummary summary(OrderStatus status, long version) {
        return new OrderSummary("1", "mug", 2, new BigDecimal("4.15"), "12923", "France", ORDERED, status, version);
    }

    @Test
    void a_summary_follows_its_order_through_its_life() {
        var one = summaries.given("1", created("1", "mug", 2, "4.15"));
        assertThat(one.row("1")).isEqualTo(summary(OrderStatus.CREATED, 1));

        one = one.given("1", new OrderPaid("1"));
        assertThat(one.row("1")).isEqualTo(summary(OrderStatus.PAID, 2));

        one = one.given("1", new OrderShipped("1"));
        assertThat(one.row("1")).isEqualTo(summary(OrderStatus.SHIPPED, 3));

        one = one.given("1", new OrderDelivered("1"));
        assertThat(one.row("1")).isEqualTo(summary(OrderStatus.DELIVERED, 4));
    }

    @Test
    void a_cancelled_order_keeps_its_summary() {
        var order = created("1", "mug", 2, "4.15");
        var one = summaries.given("1", order, new OrderCancelled("1", "too late", order));

        assertThat(one.row("1")).isEqualTo(summary(OrderStatus.CANCELLED, 2));
    }

    @Test
    void demand_sums_up_each_product() {
        var products = demand.given("1", created("1", "mug", 2, "4.15"), new OrderPaid("1"))
                .given("2", created("2", "mug", 10, "3.95"))
                .given("3", created("3", "bowl", 1, "7"));

        assertThat(products.row("mug")).isEqualTo(new ProductDemand("mug", 2, 12, new BigDecimal("47.80")));
        assertThat(products.row("bowl")).isEqualTo(new ProductDemand("bowl", 1, 1, new BigDecimal("7")));
    }

    @Test
    void an_order_without_a_price_counts_without_revenue() {
        assertThat(demand.given("1", created("1", "mug", 2, null)).row("mug"))
                .isEqualTo(new ProductDemand("mug", 1, 2, BigDecimal.ZERO));
    }

    @Test
    void a_cancelled_order_is_taken_out_of_the_demand() {
        var first = created("1", "mug", 2, "4.15");
        var products = demand.given("1", first)
                .given("2", created("2", "mug", 10, "3.95"))
                .given("1", new OrderCancelled("1", "too late", first));

        assertThat(products.row("mug")).isEqualTo(new ProductDemand("mug", 1, 10, new BigDecimal("39.50")));
    }

    @Test
    void a_product_that_nobody_orders_any_more_has_no_row() {
        var order = created("1", "mug", 2, "4.15");
        var products = demand.given("1", order, new OrderCancelled("1", "too late", order));

        assertThat(products.rows()).isEmpty();
    }

    @Test
    void units_do_not_overflow() {
        var products = demand.given("1", created("1", "mug", Integer.MAX_VALUE, "1"))
                .given("2", created("2", "mug", Integer.MAX_VALUE, "1"));

        assertThat(products.row("mug").units()).isEqualTo(2L * Integer.MAX_VALUE);
    }
}
