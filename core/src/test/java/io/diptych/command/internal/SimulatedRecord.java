package io.diptych.command.internal;

import io.diptych.message.Header;
import io.diptych.message.LogRecord;
import io.diptych.message.NewRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands at an offset.
 *
 * @param content null for the marker that ends a transaction
 * @param transaction null for what was written without one
 */
record SimulatedRecord(
        String topic, int partition, long offset, @Nullable NewRecord content, SimulatedKafka.@Nullable Tx transaction)
        implements LogRecord {

    /** Whether a reader of committed records gets it. */
    boolean isVisible() {
        return content != null && (transaction == null || transaction.isCommitted());
    }

    /** What compaction leaves. */
    SimulatedRecord withoutContent() {
        return new SimulatedRecord(topic, partition, offset, null, transaction);
    }

    private NewRecord record() {
        if (content == null) {
            throw new IllegalStateException("A marker has no content");
        }
        return content;
    }

    @Override
    public byte @Nullable [] key() {
        return record().key();
    }

    @Override
    public byte @Nullable [] value() {
        return record().value();
    }

    @Override
    public byte @Nullable [] header(String name) {
        byte[] found = null;
        for (Header header : headers()) {
            found = header.name().equals(name) ? header.value() : found;
        }
        return found;
    }

    @Override
    public List<Header> headers() {
        return record().headers();
    }
}
