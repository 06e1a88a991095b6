package io.diptych.chaos.check;

import static java.util.Objects.requireNonNull;

import io.diptych.App;
import io.diptych.chaos.load.Outcome.Refused;
import io.diptych.chaos.load.Request;
import io.diptych.command.Aggregate;
import io.diptych.command.Decision;
import io.diptych.kafka.Json;
import io.diptych.message.MessageCodec;
import io.diptych.message.Metadata;
import io.diptych.message.Recorded;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The user's own decider, to tell what may be answered in which state. */
final class Model<C, S, E> {

    private static final Metadata ANY_TIME = new Metadata("", Instant.EPOCH, "", null, null);

    /** After so many events, in that state. */
    record At<S>(long version, S state) {}

    private final Aggregate<C, S, E> aggregate;
    private final MessageCodec<C> codec;

    private Model(Aggregate<C, S, E> aggregate) {
        this.aggregate = aggregate;
        this.codec = Json.codec(aggregate.commandType());
    }

    static Model<?, ?, ?> of(App app, String aggregate) {
        return app.aggregates().stream()
                .filter(a -> a.name().equals(aggregate))
                .findFirst()
                .map((Aggregate<?, ?, ?> a) -> model(a))
                .orElseThrow();
    }

    private static <C, S, E> Model<?, ?, ?> model(Aggregate<C, S, E> aggregate) {
        return new Model<>(aggregate);
    }

    At<S> initial() {
        return new At<>(0, aggregate.decider().initialState());
    }

    /** After the event. */
    @SuppressWarnings("unchecked") // The log's events of an aggregate are of its type: they were decoded as such.
    At<S> after(At<S> before, Recorded<?> event) {
        return new At<>(before.version() + 1, aggregate.decider().evolve(before.state(), (E) event.event()));
    }

    /** After the command, when it is accepted there; null when it is not. */
    @Nullable
    At<S> after(At<S> before, Request request) {
        if (request.expectedVersion() != null && request.expectedVersion() != before.version()) {
            return null;
        }
        if (!(decide(before, request, ANY_TIME) instanceof Decision.Accepted<E>(List<E> events)) || events.isEmpty()) {
            return null;
        }
        S state = before.state();
        for (E event : events) {
            state = aggregate.decider().evolve(state, event);
        }
        return new At<>(before.version() + events.size(), state);
    }

    /** Whether the event is what the command leads to there. */
    boolean explains(At<S> before, Request request, Recorded<?> event) {
        return (request.expectedVersion() == null || request.expectedVersion() == before.version())
                && decide(before, request, event.metadata()) instanceof Decision.Accepted<E>(List<E> events)
                && events.size() == 1
                && events.getFirst().equals(event.event());
    }

    /** Whether the command can be refused like this there. */
    boolean explains(At<S> at, Request request, Refused refused) {
        Long expected = request.expectedVersion();
        boolean conflict = expected != null && expected != at.version();
        return switch (refused.problem()) {
            case "version-conflict" -> conflict;
            case "rejected" ->
                !conflict
                        && decide(at, request, ANY_TIME) instanceof Decision.Rejected<E>(String code, String message)
                        && code.equals(refused.code());
            default -> false;
        };
    }

    private Decision<E> decide(At<S> at, Request request, Metadata metadata) {
        C command = codec.decode(
                requireNonNull(codec.canonicalType(request.type())),
                request.body().getBytes(StandardCharsets.UTF_8));
        return aggregate.decider().decide(command, at.state(), metadata);
    }
}
