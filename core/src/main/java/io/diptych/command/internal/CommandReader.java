package io.diptych.command.internal;

import io.diptych.command.Aggregate;
import io.diptych.message.Headers;
import io.diptych.message.Limits;
import io.diptych.message.LogRecord;
import io.diptych.message.MessageCodec;
import io.diptych.message.Metadata;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads commands from records that any Kafka client may have written. */
public final class CommandReader<C> {

    private final Aggregate<C, ?, ?> aggregate;
    private final MessageCodec<C> codec;

    /** Reads the commands of that aggregate. */
    public CommandReader(Aggregate<C, ?, ?> aggregate, MessageCodec<C> codec) {
        this.aggregate = aggregate;
        this.codec = codec;
    }

    /** The command's id: the sender's, or one made from the record's place, which is as unique. */
    static String commandId(LogRecord record) {
        String id = record.text(Headers.ID);
        return id != null && !id.isBlank() ? id : record.topic() + "/" + record.partition() + "/" + record.offset();
    }

    /**
     * Reads a record.
     *
     * @throws ProblemException when it is not a usable command
     */
    ReceivedCommand<C> read(LogRecord record, Instant now) {
        byte[] payload = record.value();
        if (payload == null) {
            throw Problem.Type.MALFORMED.exception("The record has no value: a command is a JSON object");
        }
        requireSize(payload);
        String type = type(record, payload);
        C command = codec.decode(type, payload);
        String aggregateId = aggregateId(command);
        byte[] key = aggregateId.getBytes(StandardCharsets.UTF_8);
        requireKey(record.key(), key, aggregateId);
        String id = commandId(record);
        String correlationId = record.text(Headers.CORRELATION_ID);
        var metadata = new Metadata(
                id,
                now,
                correlationId == null ? id : correlationId,
                record.text(Headers.CAUSATION_ID),
                record.text(Headers.TRACEPARENT));
        return new ReceivedCommand<>(record, command, type, aggregateId, key, metadata, expectedVersion(record));
    }

    /**
     * The id in a command.
     *
     * @throws ProblemException when it cannot be one
     */
    public String aggregateId(C command) {
        String id = aggregate.id().apply(command);
        if (id == null || id.isBlank()) {
            throw Problem.Type.INVALID_COMMAND.exception(
                    "The id of the " + aggregate.name() + " is empty: give it a value");
        }
        if (id.length() > Limits.MAX_ID_LENGTH) {
            throw Problem.Type.INVALID_COMMAND.exception("The id of the " + aggregate.name() + " ["
                    + id.substring(0, 40) + "...] has " + id.length() + " characters: at most " + Limits.MAX_ID_LENGTH
                    + " are allowed");
        }
        return id;
    }

    /**
     * Refuses a payload over the limit.
     *
     * @throws ProblemException {@link Problem.Type#TOO_LARGE}
     */
    public static void requireSize(byte[] payload) {
        if (payload.length > Limits.MAX_COMMAND_BYTES) {
            throw Problem.Type.TOO_LARGE.exception("The command has " + payload.length + " bytes: at most "
                    + Limits.MAX_COMMAND_BYTES + " are allowed");
        }
    }

    private String type(LogRecord record, byte[] payload) {
        String header = record.text(Headers.TYPE);
        String named = header != null ? header : codec.typeIn(payload);
        if (named == null) {
            throw Problem.Type.INVALID_COMMAND.exception("The command does not say its type: set the header ["
                    + Headers.TYPE + "] or the field [type] or [command] to one of " + codec.types());
        }
        String type = codec.canonicalType(named);
        if (type == null) {
            throw Problem.Type.UNKNOWN_COMMAND.exception(
                    "The " + aggregate.name() + " has no command [" + named + "]: it has " + codec.types());
        }
        return type;
    }

    private void requireKey(byte @Nullable [] bytes, byte[] wanted, String aggregateId) {
        if (bytes == null || bytes.length == 0 || Arrays.equals(bytes, wanted)) {
            return;
        }
        String key = new String(bytes, StandardCharsets.UTF_8);
        // Clients often write the aggregate's name into the key: order-1 for the order 1.
        if (!key.equals(aggregate.name() + "-" + aggregateId)) {
            throw Problem.Type.KEY_MISMATCH.exception("The record's key [" + key + "] is not the id [" + aggregateId
                    + "] in its body: send that id as the key, or no key");
        }
    }

    private static @Nullable Long expectedVersion(LogRecord record) {
        String text = record.text(Headers.EXPECTED_VERSION);
        if (text == null) {
            return null;
        }
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw Problem.Type.INVALID_HEADER.exception(
                    "The header [" + Headers.EXPECTED_VERSION + "] is [" + text + "]: it must be a decimal number");
        }
    }
}
