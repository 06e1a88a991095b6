package io.diptych.kafka;

import io.diptych.command.OwnerReply;
import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import io.diptych.message.NewRecord;
import io.diptych.message.internal.LogException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands replies to the gateways of an app: to those in this process at once, to others by their topic. Used by one thread. */
final class GatewayReplies implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayReplies.class);

    /** A node that stops has its last replies arrive. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final KafkaSettings settings;
    private final ReplyTargets targets;
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    GatewayReplies(KafkaSettings settings, ReplyTargets targets) {
        this.settings = settings;
        this.targets = targets;
    }

    /** Waits for Kafka only while nothing is known of the topic; a reply that cannot be handed over is dropped. */
    void hand(LogRecord command, OwnerReply reply, Instant handledAt, Supplier<NewRecord> record) {
        String correlationId = command.text(Headers.REPLY_CORRELATION_ID);
        if (correlationId == null
                || !ReplyReader.deliverHere(correlationId, new ReplyReader.Arrived(reply, handledAt))) {
            send(record.get());
        }
    }

    private void send(NewRecord reply) {
        try {
            if (targets.accepts(reply.topic(), reply.partition())) {
                var unused = producer().send(KafkaRecord.toProducer(reply), (place, failure) -> {
                    if (failure != null) {
                        dropped(failure);
                    }
                });
            }
        } catch (KafkaException | LogException e) {
            dropped(e);
        }
    }

    private KafkaProducer<byte[], byte[]> producer() {
        if (producer == null) {
            producer =
                    new KafkaProducer<>(settings.replyProducer(), new ByteArraySerializer(), new ByteArraySerializer());
        }
        return producer;
    }

    private static void dropped(Exception failure) {
        LOG.warn(
                "A reply could not be sent to its gateway: {}. The command is handled; its caller is told to ask again",
                failure.getMessage());
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(LAST_WORDS);
        }
    }
}
