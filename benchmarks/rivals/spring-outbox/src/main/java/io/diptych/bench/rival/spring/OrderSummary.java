package io.diptych.bench.rival.spring;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Index;
import jakarta.persistence.Table;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The read model: a row for each order. */
@Entity
@Table(
        name = "order_summary",
        indexes = {@Index(columnList = "customerId"), @Index(columnList = "status")})
@SuppressWarnings("NullAway.Init") // Hibernate sets what it has read.
class OrderSummary {

    @Id
    public String orderId;

    public String status;
    public long version;
    public @Nullable String product;
    public @Nullable Integer quantity;
    public @Nullable BigDecimal unitPrice;
    public @Nullable String customerId;
    public @Nullable String country;
    public @Nullable Instant orderedAt;

    protected OrderSummary() {}

    OrderSummary(OrderEvent created) {
        OrderCommand data = created.data();
        orderId = created.orderId();
        product = data.product();
        quantity = data.quantity();
        unitPrice = data.unitPrice();
        customerId = data.customerId();
        country = data.country();
        orderedAt = data.orderedAt();
        apply(created);
    }

    /** An event that came before changes nothing: they come at least once. */
    final void apply(OrderEvent event) {
        if (event.version() > version) {
            status = event.type().substring("Order".length()).toUpperCase(Locale.ROOT);
            version = event.version();
        }
    }
}
