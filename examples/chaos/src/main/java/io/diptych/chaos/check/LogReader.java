package io.diptych.chaos.check;

import static java.util.Objects.requireNonNull;

import io.diptych.App;
import io.diptych.TopicNames;
import io.diptych.chaos.check.RunLog.Answer;
import io.diptych.chaos.check.RunLog.Event;
import io.diptych.chaos.check.RunLog.Sent;
import io.diptych.command.Aggregate;
import io.diptych.kafka.Json;
import io.diptych.message.Headers;
import io.diptych.message.Metadata;
import io.diptych.message.Recorded;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads all topics of an app from their beginning, committed records only, without any of the app's own readers. */
public final class LogReader implements AutoCloseable {

    private final App app;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private final List<Sent> commands = new ArrayList<>();
    private final List<Answer> replies = new ArrayList<>();
    private final List<String> deadLetters = new ArrayList<>();

    /** Has read nothing yet. */
    public LogReader(App app, String bootstrapServers) {
        this.app = app;
        this.consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        for (Aggregate<?, ?, ?> aggregate : app.aggregates()) {
            add(TopicNames.events(app.name(), aggregate.name()));
            add(TopicNames.commands(app.name(), aggregate.name()));
        }
        add(TopicNames.replies(app.name()));
        add(TopicNames.deadLetters(app.name()));
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    private void add(String topic) {
        consumer.partitionsFor(topic).forEach(p -> partitions.add(new TopicPartition(topic, p.partition())));
    }

    /** Reads on to where the log ends now; returns all that was read so far. */
    public RunLog readToEnd() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (partitions.stream().anyMatch(p -> consumer.position(p) < requireNonNull(ends.get(p)))) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                add(record);
            }
        }
        return new RunLog(List.copyOf(events), List.copyOf(commands), List.copyOf(replies), List.copyOf(deadLetters));
    }

    @Override
    public void close() {
        consumer.close();
    }

    private void add(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(TopicNames.replies(app.name()))) {
            replies.add(new Answer(
                    required(record, Headers.CAUSATION_ID),
                    required(record, Headers.REPLY_CORRELATION_ID),
                    new String(record.value(), StandardCharsets.UTF_8),
                    record.partition(),
                    record.offset()));
        } else if (record.topic().equals(TopicNames.deadLetters(app.name()))) {
            deadLetters.add(text(record, Headers.ERROR_TYPE) + ": " + text(record, Headers.ERROR_DETAIL));
        } else {
            app.aggregates().forEach(aggregate -> add(record, aggregate));
        }
    }

    private <E> void add(ConsumerRecord<byte[], byte[]> record, Aggregate<?, ?, E> aggregate) {
        if (record.topic().equals(TopicNames.commands(app.name(), aggregate.name()))) {
            commands.add(new Sent(
                    aggregate.name(),
                    required(record, Headers.ID),
                    required(record, Headers.REPLY_CORRELATION_ID),
                    record.partition(),
                    record.offset()));
        } else if (record.topic().equals(TopicNames.events(app.name(), aggregate.name()))) {
            events.add(new Event(aggregate.name(), event(record, aggregate)));
        }
    }

    private static <E> Recorded<E> event(ConsumerRecord<byte[], byte[]> record, Aggregate<?, ?, E> aggregate) {
        String type = required(record, Headers.TYPE);
        var metadata = new Metadata(
                required(record, Headers.ID),
                Instant.parse(required(record, Headers.TIME)),
                required(record, Headers.CORRELATION_ID),
                text(record, Headers.CAUSATION_ID),
                text(record, Headers.TRACEPARENT));
        return new Recorded<>(
                Json.codec(aggregate.eventType()).decode(type, record.value()),
                type,
                required(record, Headers.SUBJECT),
                Long.parseLong(required(record, Headers.SEQUENCE)),
                metadata,
                record.partition(),
                record.offset());
    }

    private static String required(ConsumerRecord<byte[], byte[]> record, String header) {
        String text = text(record, header);
        if (text == null) {
            throw new IllegalStateException("The record at [" + record.topic() + ":" + record.partition() + ":"
                    + record.offset() + "] lacks the header [" + header + "]");
        }
        return text;
    }

    private static @Nullable String text(ConsumerRecord<byte[], byte[]> record, String name) {
        var header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
