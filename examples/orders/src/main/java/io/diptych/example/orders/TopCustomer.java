package io.diptych.example.orders;

import io.diptych.projection.SqlQuery;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Read side: a customer with all of its orders that were not cancelled, summed up when it is asked. */
public record TopCustomer(String customerId, long orders, BigDecimal revenue) {

    /** Which orders count, and how many customers are wanted; {@code until} is the first moment that does not. */
    public record Asked(
            @Nullable Instant since,
            @Nullable Instant until,
            @Nullable String country,
            @Nullable Integer limit) {

        /** Ten customers unless said otherwise. */
        public Asked {
            limit = limit == null ? 10 : limit;
            if (limit < 1 || limit > 1000) {
                throw new IllegalArgumentException("The limit [" + limit + "] must be 1 to 1000");
            }
        }
    }

    private static final String SQL = """
            select customer_id, count(*) as orders, coalesce(sum(quantity * unit_price), 0) as revenue
            from order_summary
            where customer_id is not null and status <> 'CANCELLED'
              and ordered_at >= coalesce(:since, '-infinity') and ordered_at < coalesce(:until, 'infinity')
              and (:country is null or country = :country)
            group by customer_id
            order by revenue desc, customer_id
            limit :limit""";

    static SqlQuery query() {
        return SqlQuery.named("top_customers", TopCustomer.class, SQL, Asked.class);
    }
}
