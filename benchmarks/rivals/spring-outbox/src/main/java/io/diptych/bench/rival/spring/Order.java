package io.diptych.bench.rival.spring;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The write model. */
@Entity
@Table(name = "orders")
@SuppressWarnings("NullAway.Init") // Hibernate sets what it has read.
class Order {

    enum Status {
        CREATED,
        PAID,
        SHIPPED,
        DELIVERED
    }

    @Id
    private String orderId;

    @Version
    private @Nullable Long lock;

    @Enumerated(EnumType.STRING)
    private Status status;

    private long version;
    private String product;
    private int quantity;
    private @Nullable BigDecimal unitPrice;
    private @Nullable String customerId;
    private @Nullable String country;
    private @Nullable Instant orderedAt;

    protected Order() {}

    Order(OrderCommand command) {
        if (command.product() == null || command.quantity() == null || command.quantity() <= 0) {
            throw new RefusedException("An order needs a product and a positive quantity: [" + command + "]");
        }
        orderId = command.orderId();
        status = Status.CREATED;
        version = 1;
        product = command.product();
        quantity = command.quantity();
        unitPrice = command.unitPrice();
        customerId = command.customerId();
        country = command.country();
        orderedAt = command.orderedAt();
    }

    /** One step on; returns the event's type. */
    String take(String command) {
        Status next = switch (command) {
            case "PayOrder" -> after(Status.CREATED, Status.PAID, command);
            case "ShipOrder" -> after(Status.PAID, Status.SHIPPED, command);
            case "DeliverOrder" -> after(Status.SHIPPED, Status.DELIVERED, command);
            default -> throw new RefusedException("There is no command [" + command + "]");
        };
        status = next;
        version++;
        return switch (next) {
            case CREATED -> "OrderCreated";
            case PAID -> "OrderPaid";
            case SHIPPED -> "OrderShipped";
            case DELIVERED -> "OrderDelivered";
        };
    }

    private Status after(Status before, Status next, String command) {
        if (status != before) {
            throw new RefusedException(command + ": order [" + orderId + "] is [" + status + "]");
        }
        return next;
    }

    long version() {
        return version;
    }
}
