package io.diptych.bench.rival.pekko;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The body of any command; only what makes an order has more than its id. */
public record OrderData(
        String orderId,
        @Nullable String product,
        @Nullable Integer quantity,
        @Nullable BigDecimal unitPrice,
        @Nullable String customerId,
        @Nullable String country,
        @Nullable Instant orderedAt)
        implements AsJson {}
