package io.diptych.kafka;

import io.diptych.App;
import io.diptych.ConfigurationException;
import io.diptych.TopicNames;
import io.diptych.command.Aggregate;
import io.diptych.command.CommandGateway;
import io.diptych.command.CommandRequest;
import io.diptych.command.internal.CommandReader;
import io.diptych.message.Headers;
import io.diptych.message.MessageCodec;
import io.diptych.message.Problem;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends commands to their topics and matches replies to them. Has a partition of the reply topic to itself to read. */
public final class KafkaCommandGateway implements CommandGateway, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaCommandGateway.class);

    /** An aggregate with what reads its commands. */
    private record Entrance<C>(App app, Aggregate<C, ?, ?> aggregate, MessageCodec<C> codec, CommandReader<C> reader) {

        static <C> Entrance<C> to(App app, Aggregate<C, ?, ?> aggregate) {
            MessageCodec<C> codec = Json.codec(aggregate.commandType());
            return new Entrance<>(app, aggregate, codec, new CommandReader<>(aggregate, codec));
        }

        String aggregateId(String type, byte[] body) {
            return reader.aggregateId(codec.decode(type, body));
        }

        String topic() {
            return TopicNames.commands(app.name(), aggregate.name());
        }
    }

    private final App app;
    private final List<Entrance<?>> entrances = new ArrayList<>();
    private final KafkaProbe probe;
    private final KafkaProducer<byte[], byte[]> producer;
    private final ReplyReader replies;
    private final KafkaSettings settings;

    private KafkaCommandGateway(App app, KafkaSettings settings) {
        this.app = app;
        this.settings = settings;
        app.aggregates().forEach(aggregate -> entrances.add(Entrance.to(app, aggregate)));
        requireUniqueCommands();
        this.probe = new KafkaProbe(settings);
        this.producer =
                new KafkaProducer<>(settings.gatewayProducer(), new ByteArraySerializer(), new ByteArraySerializer());
        this.replies = new ReplyReader(settings, TopicNames.replies(app.name()));
    }

    /** Starts a gateway; the topics must exist. */
    public static KafkaCommandGateway start(App app, KafkaSettings settings) {
        return new KafkaCommandGateway(app, settings);
    }

    /** Whether Kafka answers. */
    public boolean ready() {
        return probe.up();
    }

    @Override
    public Submission send(CommandRequest request) {
        CommandReader.requireSize(request.body());
        for (Entrance<?> entrance : entrances) {
            String type = entrance.codec().canonicalType(request.type());
            if (type != null) {
                return send(request, entrance, type, entrance.aggregateId(type, request.body()));
            }
        }
        throw Problem.Type.UNKNOWN_COMMAND.exception("There is no command [" + request.type() + "]: there are "
                + entrances.stream().flatMap(e -> e.codec().types().stream()).toList());
    }

    @Override
    public void close() {
        replies.close();
        producer.close(Duration.ofMillis(500));
        probe.close();
    }

    private Submission send(CommandRequest request, Entrance<?> entrance, String type, String aggregateId) {
        if (!probe.up()) {
            throw Problem.Type.UNAVAILABLE.exception(
                    "Kafka at [" + settings.bootstrapServers() + "] does not answer: nothing was sent, try again");
        }
        ReplyReader.Expected expected = replies.expect();
        var record =
                new ProducerRecord<>(entrance.topic(), aggregateId.getBytes(StandardCharsets.UTF_8), request.body());
        addHeaders(record, request, type, expected);
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
        return new Submission(entrance.aggregate().name(), type, aggregateId, stored, expected.reply());
    }

    private void addHeaders(
            ProducerRecord<byte[], byte[]> record, CommandRequest request, String type, ReplyReader.Expected expected) {
        add(record, Headers.SPEC_VERSION, "1.0");
        add(record, Headers.CONTENT_TYPE, "application/json");
        add(record, Headers.SOURCE, "/" + app.name() + "/gateway");
        add(record, Headers.ID, request.id());
        add(record, Headers.TYPE, type);
        add(record, Headers.TIME, Instant.now().toString());
        add(record, Headers.CORRELATION_ID, request.id());
        add(
                record,
                Headers.EXPECTED_VERSION,
                request.expectedVersion() == null ? null : Long.toString(request.expectedVersion()));
        add(record, Headers.TRACEPARENT, request.traceparent());
        add(record, Headers.REPLY_TOPIC, TopicNames.replies(app.name()));
        add(record, Headers.REPLY_PARTITION, Integer.toString(replies.partition()));
        add(record, Headers.REPLY_CORRELATION_ID, expected.correlationId());
    }

    private static void add(ProducerRecord<byte[], byte[]> record, String name, @Nullable String value) {
        if (value != null) {
            record.headers().add(new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static RuntimeException notStored(Exception failure) {
        LOG.debug("A command was not stored", failure);
        return Problem.Type.UNAVAILABLE.exception("Kafka did not take the command in time: " + failure.getMessage()
                + ". Whether it is stored is unknown: send it again with the same Idempotency-Key");
    }

    private void requireUniqueCommands() {
        Map<String, String> owners = new HashMap<>();
        for (Entrance<?> entrance : entrances) {
            for (String type : entrance.codec().types()) {
                String other = owners.put(type, entrance.aggregate().name());
                if (other != null) {
                    throw new ConfigurationException("The command [" + type + "] belongs to two aggregates, [" + other
                            + "] and [" + entrance.aggregate().name() + "]: rename one");
                }
            }
        }
    }
}
