package io.diptych.bench.rival.spring;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** An event that is to be published: written in the transaction of the order. */
@Entity
@Table(name = "outbox")
@SuppressWarnings("NullAway.Init") // Hibernate sets what it has read.
class OutboxEntry {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    private String orderId;

    @Column(columnDefinition = "text")
    private String payload;

    protected OutboxEntry() {}

    OutboxEntry(String orderId, String payload) {
        this.orderId = orderId;
        this.payload = payload;
    }

    String orderId() {
        return orderId;
    }

    String payload() {
        return payload;
    }
}
