package io.diptych.example.orders;

import static java.math.BigDecimal.ZERO;
import static java.util.Objects.requireNonNullElse;

import io.diptych.example.orders.OrderEvent.OrderCancelled;
import io.diptych.example.orders.OrderEvent.OrderCreated;
import io.diptych.message.Recorded;
import io.diptych.projection.Indexed;
import io.diptych.projection.Key;
import io.diptych.projection.Window;
import io.diptych.projection.WindowedProjection;
import io.diptych.projection.Windows;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Read side: a row for each country and hour, with all orders placed then that were not cancelled. */
public record SalesByHour(
        @Key String countryHour,
        @Indexed @Nullable String country,
        @Indexed Instant hour,
        long orders,
        long units,
        BigDecimal revenue) {

    /**
     * An hour stays open for a year. The shop's order lines come in no order of time and span 373 days, so half of them
     * are four months or more behind the latest before them: with a grace of hours most would be late. With a year it is
     * some of the first week, one in 30 of all, and what is in their hours by then is closed and published. Cancelling an order
     * takes it out of its own hour, so it counts for a year as well.
     */
    static final Duration GRACE = Duration.ofDays(365);

    static WindowedProjection<OrderEvent, SalesByHour> projection() {
        return new WindowedProjection<>(
                Windows.tumbling(Duration.ofHours(1)).withGrace(GRACE).withPublishing(),
                SalesByHour::time,
                SalesByHour::key,
                SalesByHour::evolve);
    }

    private static @Nullable Instant time(OrderEvent event) {
        OrderCreated order = order(event);
        return order == null ? null : order.orderedAt();
    }

    /** The order that comes or goes. */
    private static @Nullable OrderCreated order(OrderEvent event) {
        return switch (event) {
            case OrderCreated e -> e;
            case OrderCancelled e -> e.order();
            default -> null;
        };
    }

    private static @Nullable String key(OrderEvent event, Window hour) {
        OrderCreated order = order(event);
        return order == null ? null : key(order, hour);
    }

    private static String key(OrderCreated order, Window hour) {
        return requireNonNullElse(order.country(), "unknown") + "@" + hour.start();
    }

    private static @Nullable SalesByHour evolve(@Nullable SalesByHour row, Recorded<OrderEvent> recorded, Window hour) {
        return switch (recorded.event()) {
            case OrderCreated e -> plus(row, 1, e, hour);
            case OrderCancelled e -> plus(row, -1, e.order(), hour);
            default -> row;
        };
    }

    private static @Nullable SalesByHour plus(@Nullable SalesByHour row, int by, OrderCreated order, Window hour) {
        var was = row != null ? row : new SalesByHour(key(order, hour), order.country(), hour.start(), 0, 0, ZERO);
        long orders = was.orders + by;
        long units = (long) by * order.quantity();
        var revenue = requireNonNullElse(order.unitPrice(), ZERO).multiply(BigDecimal.valueOf(units));
        return orders == 0
                ? null
                : new SalesByHour(
                        was.countryHour, was.country, was.hour, orders, was.units + units, was.revenue.add(revenue));
    }
}
