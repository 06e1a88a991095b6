package io.diptych.bench.rival.axon;

import io.diptych.bench.rival.axon.OrderEvent.OrderCreated;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Index;
import jakarta.persistence.Table;
import java.math.BigDecimal;
import java.time.Instant;
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

    @Enumerated(EnumType.STRING)
    public Order.Status status;

    public long version;
    public String product;
    public int quantity;
    public @Nullable BigDecimal unitPrice;
    public @Nullable String customerId;
    public @Nullable String country;
    public @Nullable Instant orderedAt;

    protected OrderSummary() {}

    OrderSummary(OrderCreated created) {
        orderId = created.orderId();
        product = created.product();
        quantity = created.quantity();
        unitPrice = created.unitPrice();
        customerId = created.customerId();
        country = created.country();
        orderedAt = created.orderedAt();
        become(Order.Status.CREATED);
    }

    /** Each event comes once: the processor's token is stored in the transaction of the rows. */
    final void become(Order.Status next) {
        status = next;
        version++;
    }
}
