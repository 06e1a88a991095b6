package io.diptych.kafka;

import io.diptych.command.CommandGateway.Place;
import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends records to the owners of aggregates and matches replies to them. Has a partition of the reply topic to itself
 * to read.
 */
final class OwnerChannel implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OwnerChannel.class);

    private final String app;
    private final String replyTopic;
    private final KafkaSettings settings;
    private final KafkaProbe probe;
    private final KafkaProducer<byte[], byte[]> producer;
    private final ReplyReader replies;

    /** A record on its way, and the reply to it that may come. */
    record Sent(CompletableFuture<Place> stored, CompletableFuture<ReplyReader.Arrived> reply) {}

    OwnerChannel(KafkaSettings settings, String app, String replyTopic) {
        this.app = app;
        this.replyTopic = replyTopic;
        this.settings = settings;
        // First what may fail because Kafka is away: then there is nothing to close.
        this.replies = new ReplyReader(settings, replyTopic);
        this.probe = new KafkaProbe(settings, replyTopic);
        this.producer =
                new KafkaProducer<>(settings.gatewayProducer(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    boolean up() {
        return probe.up();
    }

    /**
     * Sends a record.
     *
     * @throws ProblemException when Kafka is away
     */
    Sent send(String topic, String key, byte[] value, List<Header> headers) {
        if (!probe.up()) {
            throw Problem.Type.UNAVAILABLE.exception(
                    "Kafka at [" + settings.bootstrapServers() + "] does not answer: nothing was sent, try again");
        }
        ReplyReader.Expected expected = replies.expect();
        var record = new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value);
        envelope(headers, expected).forEach(header -> record.headers().add(header));
        var stored = new CompletableFuture<Place>();
        try {
            // What the future would tell, the callback does.
            var unused = producer.send(record, (metadata, failure) -> {
                if (failure == null) {
                    stored.complete(new Place(metadata.topic(), metadata.partition(), metadata.offset()));
                } else {
                    RuntimeException problem = notStored(failure);
                    stored.completeExceptionally(problem);
                    expected.fail(problem);
                }
            });
        } catch (KafkaException e) {
            RuntimeException problem = notStored(e);
            expected.fail(problem);
            throw problem;
        }
        return new Sent(stored, expected.reply());
    }

    @Override
    public void close() {
        replies.close();
        producer.close(Duration.ofMillis(500));
        probe.close();
    }

    private List<RecordHeader> envelope(List<Header> own, ReplyReader.Expected expected) {
        var all = new ArrayList<RecordHeader>();
        all.add(header(Headers.SPEC_VERSION, "1.0"));
        all.add(header(Headers.CONTENT_TYPE, "application/json"));
        all.add(header(Headers.SOURCE, "/" + app + "/gateway"));
        all.add(header(Headers.TIME, Instant.now().toString()));
        own.forEach(h -> all.add(new RecordHeader(h.name(), h.value())));
        all.add(header(Headers.REPLY_TOPIC, replyTopic));
        all.add(header(Headers.REPLY_PARTITION, Integer.toString(replies.partition())));
        all.add(header(Headers.REPLY_CORRELATION_ID, expected.correlationId()));
        return all;
    }

    private static RecordHeader header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static RuntimeException notStored(Exception failure) {
        LOG.debug("A record was not stored", failure);
        return Problem.Type.UNAVAILABLE.exception("Kafka did not take the command in time: " + failure.getMessage()
                + ". Whether it is stored is unknown: send it again with the same Idempotency-Key");
    }
}
