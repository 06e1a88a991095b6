package io.diptych.command.internal;

import io.diptych.command.AggregateExcerpt;
import io.diptych.command.CommandReply;
import io.diptych.command.OwnerReply;
import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.Limits;
import io.diptych.message.LogRecord;
import io.diptych.message.MessageCodec;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The question how an aggregate stands. It is a record among the aggregate's commands, so that the owner answers it
 * after every command before it: the answer is linearizable. It changes nothing.
 *
 * @param id the aggregate's
 * @param events which events to tell the places of; null asks for the state instead
 */
public record AggregateQuery(String id, @Nullable Range events) {

    /** What such a record has as its type; no command can, since it is not the name of a class. */
    public static final String TYPE = "diptych.ReadAggregate";

    /** The most events that one answer tells the places of. */
    public static final int MAX_EVENTS = 500;

    /** Events from a version on. */
    public record Range(long from, int limit) {}

    static boolean is(LogRecord record) {
        return TYPE.equals(record.text(Headers.TYPE));
    }

    /** The headers that make a record this question. */
    public List<Header> headers() {
        Header type = Header.text(Headers.TYPE, TYPE);
        return events == null
                ? List.of(type)
                : List.of(
                        type,
                        Header.text(Headers.FROM_VERSION, Long.toString(events.from())),
                        Header.text(Headers.LIMIT, Integer.toString(events.limit())));
    }

    /**
     * Reads what any Kafka client may have written.
     *
     * @throws ProblemException when it cannot be answered
     */
    static AggregateQuery read(LogRecord record) {
        byte[] key = record.key();
        String id = key == null ? "" : new String(key, StandardCharsets.UTF_8);
        if (id.isBlank() || id.length() > Limits.MAX_ID_LENGTH) {
            throw Problem.Type.KEY_MISMATCH.exception("The key [" + id.substring(0, Math.min(40, id.length()))
                    + "] is not an id: a [" + TYPE + "] asks for the aggregate whose id is its key");
        }
        if (record.header(Headers.FROM_VERSION) == null) {
            return new AggregateQuery(id, null);
        }
        long from = number(record, Headers.FROM_VERSION, Long.MAX_VALUE);
        int limit = record.header(Headers.LIMIT) == null ? MAX_EVENTS : (int) number(record, Headers.LIMIT, MAX_EVENTS);
        return new AggregateQuery(id, new Range(from, limit));
    }

    private static long number(LogRecord record, String header, long max) {
        String text = record.text(header);
        if (text == null || !text.matches("[0-9]{1,18}") || Long.parseLong(text) < 1 || Long.parseLong(text) > max) {
            throw Problem.Type.INVALID_HEADER.exception("The header [" + header + "] is [" + text
                    + "]: it must be a whole number, at least 1" + (max == MAX_EVENTS ? " and at most " + max : ""));
        }
        return Long.parseLong(text);
    }

    /** Whether the event is among those asked for, as of that version of the aggregate. */
    boolean asksFor(AggregateStore.Place event, long version) {
        return events != null
                && event.id().equals(id)
                && event.version() >= events.from()
                && event.version() <= version;
    }

    /** The answer; the places are those of {@link #events}. */
    <S> OwnerReply answer(
            EngineSetup<?, S, ?> setup, int partition, AggregateState<S> aggregate, List<AggregateStore.Place> places) {
        String name = setup.aggregate().name();
        if (events != null) {
            List<Long> offsets =
                    places.stream().map(AggregateStore.Place::offset).toList();
            return new AggregateExcerpt(name, id, aggregate.version(), partition, null, offsets);
        }
        if (aggregate.failure() != null) {
            return new CommandReply.Refused(Problem.Type.HANDLER_FAILED.with(aggregate.failure()));
        }
        try {
            AggregateExcerpt.State state = state(setup.states(), aggregate.state());
            // One that is too large for a reply is left out: who asks can make it from the events.
            boolean fits = state.json().length <= Limits.MAX_EVENT_BYTES;
            return new AggregateExcerpt(name, id, aggregate.version(), partition, fits ? state : null, List.of());
        } catch (RuntimeException | StackOverflowError e) {
            return new CommandReply.Refused(Problem.Type.HANDLER_FAILED.with("The state of the " + name + " [" + id
                    + "] cannot be written as JSON: " + e.getMessage() + ". Its events can be read"));
        }
    }

    /** The state as an answer tells it. */
    public static <S> AggregateExcerpt.State state(MessageCodec<S> codec, S state) {
        return new AggregateExcerpt.State(codec.typeOf(state), codec.encode(state));
    }
}
