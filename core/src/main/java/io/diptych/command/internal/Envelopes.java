package io.diptych.command.internal;

import static java.util.Objects.requireNonNull;

import io.diptych.TopicNames;
import io.diptych.command.AggregateExcerpt;
import io.diptych.command.CommandReply;
import io.diptych.command.OwnerReply;
import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import io.diptych.message.NewRecord;
import io.diptych.message.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Makes the records that the engine of one aggregate writes. */
final class Envelopes<E> {

    private static final Header SPEC_VERSION = Header.text(Headers.SPEC_VERSION, "1.0");
    private static final Header JSON = Header.text(Headers.CONTENT_TYPE, "application/json");
    private static final Header PROBLEM_JSON = Header.text(Headers.CONTENT_TYPE, "application/problem+json");

    private final EngineSetup<?, ?, E> setup;
    private final Header source;
    private final String eventTopic;
    private final byte[] replyTopic;
    private final Map<String, Header> types = new HashMap<>();
    private Instant timeWritten = Instant.EPOCH;
    private Header time = Header.text(Headers.TIME, timeWritten.toString());

    Envelopes(EngineSetup<?, ?, E> setup) {
        this.setup = setup;
        this.source = Header.text(
                Headers.SOURCE,
                "/" + setup.app().name() + "/" + setup.aggregate().name());
        this.eventTopic = setup.eventTopic();
        this.replyTopic = utf8(TopicNames.replies(setup.app().name()));
    }

    /** Tells two commands apart that carry the same id: CRC-32C of type and payload, in hex. */
    static String checksum(String type, byte[] payload) {
        var crc = new CRC32C();
        crc.update(type.getBytes(StandardCharsets.UTF_8));
        crc.update(payload);
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    NewRecord event(
            ReceivedCommand<?> command, String type, byte[] payload, long version, String checksum, Instant now) {
        var headers = new ArrayList<Header>(12);
        headers.add(SPEC_VERSION);
        headers.add(JSON);
        headers.add(source);
        headers.add(Header.text(Headers.ID, command.aggregateId() + "@" + version));
        headers.add(types.computeIfAbsent(type, name -> Header.text(Headers.TYPE, name)));
        headers.add(new Header(Headers.SUBJECT, command.key()));
        headers.add(time(now));
        headers.add(Header.text(Headers.SEQUENCE, Long.toString(version)));
        byte[] id = utf8(command.id());
        String correlation = command.metadata().correlationId();
        headers.add(new Header(Headers.CORRELATION_ID, correlation.equals(command.id()) ? id : utf8(correlation)));
        headers.add(new Header(Headers.CAUSATION_ID, id));
        headers.add(Header.text(Headers.COMMAND_CHECKSUM, checksum));
        addText(headers, Headers.TRACEPARENT, command.metadata().traceparent());
        return new NewRecord(eventTopic, command.record().partition(), command.key(), headers, payload);
    }

    /** Whether the command's headers ask for a reply. */
    static boolean isReplyWanted(LogRecord command) {
        return command.header(Headers.REPLY_TOPIC) != null;
    }

    /** Whether they ask for it on the topic of the app's gateways. */
    boolean isFromGateway(LogRecord command) {
        return Arrays.equals(command.header(Headers.REPLY_TOPIC), replyTopic);
    }

    /** The reply, to where the command's headers ask for it. */
    NewRecord reply(LogRecord command, OwnerReply reply, Instant now) {
        String topic = requireNonNull(command.text(Headers.REPLY_TOPIC));
        var headers = new ArrayList<Header>(9);
        headers.add(SPEC_VERSION);
        headers.add(reply instanceof CommandReply.Refused ? PROBLEM_JSON : JSON);
        headers.add(source);
        String id = CommandReader.commandId(command);
        headers.add(Header.text(Headers.ID, id + "/reply"));
        headers.add(Header.text(Headers.TYPE, typeOf(reply)));
        headers.add(time(now));
        headers.add(Header.text(Headers.CAUSATION_ID, id));
        addText(headers, Headers.TRACEPARENT, command.text(Headers.TRACEPARENT));
        byte[] correlation = command.header(Headers.REPLY_CORRELATION_ID);
        if (correlation != null) {
            headers.add(new Header(Headers.REPLY_CORRELATION_ID, correlation));
        }
        byte[] partition = command.header(Headers.REPLY_PARTITION);
        return new NewRecord(
                topic,
                partition == null ? null : replyPartition(partition),
                command.key(),
                headers,
                setup.replies().apply(reply));
    }

    /** Of all records of a batch the same, and costly to write. */
    private Header time(Instant now) {
        if (!now.equals(timeWritten)) {
            timeWritten = now;
            time = Header.text(Headers.TIME, now.toString());
        }
        return time;
    }

    private static String typeOf(OwnerReply reply) {
        return switch (reply) {
            case CommandReply.Accepted a -> "CommandAccepted";
            case CommandReply.Refused r -> "CommandRefused";
            case AggregateExcerpt e -> "AggregateExcerpt";
        };
    }

    /** A question as it came, for the partition of the aggregate that it is about. */
    NewRecord forward(LogRecord query, int partition) {
        return new NewRecord(setup.commandTopic(), partition, query.key(), query.headers(), query.value());
    }

    /** The command once more, for the partition of its aggregate; keeps its id and all else it came with. */
    NewRecord forward(ReceivedCommand<?> command, int partition) {
        LogRecord record = command.record();
        var headers = new ArrayList<Header>(record.headers());
        if (record.header(Headers.ID) == null) {
            headers.add(Header.text(Headers.ID, command.id()));
        }
        if (record.header(Headers.TYPE) == null) {
            headers.add(Header.text(Headers.TYPE, command.type()));
        }
        return new NewRecord(setup.commandTopic(), partition, command.key(), headers, record.value());
    }

    /** The command as it came, with the cause in headers. */
    NewRecord deadLetter(LogRecord command, Problem problem, Instant now) {
        List<Header> headers = new ArrayList<>(command.headers());
        headers.add(Header.text(Headers.ERROR_TYPE, problem.type().slug()));
        headers.add(Header.text(Headers.ERROR_DETAIL, problem.detail()));
        headers.add(Header.text(Headers.ORIGINAL_TOPIC, command.topic()));
        headers.add(Header.text(Headers.ORIGINAL_PARTITION, Integer.toString(command.partition())));
        headers.add(Header.text(Headers.ORIGINAL_OFFSET, Long.toString(command.offset())));
        headers.add(Header.text(Headers.ERROR_TIME, now.toString()));
        return new NewRecord(setup.deadLetterTopic(), null, command.key(), headers, command.value());
    }

    private static int replyPartition(byte[] header) {
        if (header.length == Integer.BYTES) {
            return ByteBuffer.wrap(header).getInt();
        }
        try {
            return Integer.parseInt(new String(header, StandardCharsets.US_ASCII));
        } catch (NumberFormatException e) {
            return -1; // No topic has it: the log drops the reply and says so.
        }
    }

    private static void addText(List<Header> headers, String name, @Nullable String value) {
        if (value != null) {
            headers.add(Header.text(name, value));
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
