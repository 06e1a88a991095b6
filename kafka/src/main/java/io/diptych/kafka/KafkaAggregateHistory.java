package io.diptych.kafka;

import io.diptych.App;
import io.diptych.TopicNames;
import io.diptych.command.Aggregate;
import io.diptych.command.AggregateExcerpt;
import io.diptych.command.AggregateHistory;
import io.diptych.command.CommandReply;
import io.diptych.command.OwnerReply;
import io.diptych.command.internal.AggregateQuery;
import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.Limits;
import io.diptych.message.LogRecord;
import io.diptych.message.MessageCodec;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.message.Recorded;
import io.diptych.projection.internal.EventReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Asks the owner of an aggregate how it stands and where its events are, and reads those from where they are. */
final class KafkaAggregateHistory implements AggregateHistory, AutoCloseable {

    /** A page ends with the event that reaches this, so that large events make short pages. */
    private static final int BYTES_PER_PAGE = Limits.MAX_EVENT_BYTES;

    private static final byte[] NO_CONTENT = "{}".getBytes(StandardCharsets.UTF_8);

    private final App app;
    private final OwnerChannel owners;
    private final EventLookup lookup;
    private final EventReader<byte[]> reader = new EventReader<>((type, payload) -> payload);

    KafkaAggregateHistory(App app, OwnerChannel owners, EventLookup lookup) {
        this.app = app;
        this.owners = owners;
        this.lookup = lookup;
    }

    @Override
    public Standing current(Subject subject, Duration maxWait) {
        AggregateExcerpt excerpt = ask(subject, null, maxWait);
        AggregateExcerpt.State state = excerpt.state();
        return state == null
                ? folded(aggregate(subject.type()), subject, excerpt.version(), maxWait)
                : new Standing(subject, excerpt.version(), state);
    }

    @Override
    public Standing asOf(Subject subject, long version, Duration maxWait) {
        long last = ask(subject, new AggregateQuery.Range(1, 1), maxWait).version();
        requireVersion(subject, version, last);
        if (version == last) {
            Standing now = current(subject, maxWait);
            if (now.version() == version) {
                return now;
            }
        }
        return folded(aggregate(subject.type()), subject, version, maxWait);
    }

    private <S, E> Standing folded(Aggregate<?, S, E> aggregate, Subject subject, long version, Duration maxWait) {
        MessageCodec<E> codec = Json.codec(aggregate.eventType());
        S state = aggregate.decider().initialState();
        long next = 1;
        while (next <= version) {
            int limit = (int) Math.min(AggregateQuery.MAX_EVENTS, version - next + 1);
            Events page = events(subject, next, limit, maxWait);
            if (page.events().isEmpty()) {
                throw new IllegalStateException(
                        "The owner of " + subject + " does not know where event " + next + " is");
            }
            for (Recorded<byte[]> event : page.events()) {
                state = evolve(aggregate, codec, state, event);
                next++;
            }
        }
        return new Standing(subject, version, AggregateQuery.state(Json.codec(aggregate.stateType()), state));
    }

    private static <S, E> S evolve(Aggregate<?, S, E> aggregate, MessageCodec<E> codec, S state, Recorded<byte[]> e) {
        try {
            return aggregate.decider().evolve(state, codec.decode(e.type(), e.event()));
        } catch (RuntimeException | StackOverflowError failure) {
            throw Problem.Type.HANDLER_FAILED.exception("The event [" + e.type() + "] of [" + e.aggregateId()
                    + "] with version [" + e.version() + "] cannot be replayed: " + failure.getMessage()
                    + ". Ask for a version before it, or for the events");
        }
    }

    @Override
    public Events events(Subject subject, long fromVersion, int limit, Duration maxWait) {
        long deadline = System.nanoTime() + maxWait.toNanos();
        int places = Math.min(limit, AggregateQuery.MAX_EVENTS);
        AggregateExcerpt excerpt = ask(subject, new AggregateQuery.Range(fromVersion, places), maxWait);
        String topic = TopicNames.events(app.name(), subject.type());
        var events = new ArrayList<Recorded<byte[]>>();
        var page = new Object() {
            private long bytes;
        };
        lookup.read(new TopicPartition(topic, excerpt.partition()), excerpt.offsets(), deadline, record -> {
            Recorded<byte[]> event = reader.read(record);
            requireRight(event, subject, fromVersion + events.size(), record);
            events.add(event);
            page.bytes += event.event().length;
            return page.bytes < BYTES_PER_PAGE;
        });
        return new Events(subject, excerpt.version(), events);
    }

    @Override
    public void close() {
        lookup.close();
    }

    private AggregateExcerpt ask(Subject subject, AggregateQuery.@Nullable Range range, Duration maxWait) {
        Aggregate<?, ?, ?> aggregate = aggregate(subject.type());
        if (subject.id().length() > Limits.MAX_ID_LENGTH) {
            throw notFound(subject);
        }
        var headers = new ArrayList<Header>(new AggregateQuery(subject.id(), range).headers());
        headers.add(Header.text(Headers.ID, UUID.randomUUID().toString()));
        OwnerChannel.Sent sent =
                owners.send(TopicNames.commands(app.name(), aggregate.name()), subject.id(), NO_CONTENT, headers);
        return switch (reply(sent, subject, maxWait)) {
            case AggregateExcerpt excerpt when excerpt.version() > 0 -> excerpt;
            case AggregateExcerpt none -> throw notFound(subject);
            case CommandReply.Refused refused -> throw new ProblemException(refused.problem());
            case CommandReply.Accepted accepted ->
                throw new IllegalStateException("The answer to a question is " + accepted);
        };
    }

    private static OwnerReply reply(OwnerChannel.Sent sent, Subject subject, Duration maxWait) {
        try {
            return sent.reply().get(maxWait.toNanos(), TimeUnit.NANOSECONDS).reply();
        } catch (TimeoutException e) {
            throw Problem.Type.UNAVAILABLE.exception("The owner of the " + subject.type() + " [" + subject.id()
                    + "] has not answered within " + maxWait.toMillis()
                    + " ms: it may just be changing; try again. GET /health/ready on a node with the role [command]"
                    + " tells more");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ProblemException problem) {
                throw problem;
            }
            throw new IllegalStateException("The owner's answer cannot be had", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.Type.UNAVAILABLE.exception("The gateway is being closed: ask another one");
        } finally {
            sent.reply().cancel(false);
        }
    }

    private Aggregate<?, ?, ?> aggregate(String type) {
        return app.aggregates().stream()
                .filter(aggregate -> aggregate.name().equals(type))
                .findFirst()
                .orElseThrow(() -> Problem.Type.UNKNOWN_AGGREGATE.exception("There is no aggregate [" + type
                        + "]: there are "
                        + app.aggregates().stream().map(Aggregate::name).toList()));
    }

    private static ProblemException notFound(Subject subject) {
        return new ProblemException(Problem.Type.NOT_FOUND.with(
                "The " + subject.type() + " [" + subject.id() + "] does not exist: it has no events",
                Map.of("aggregate", subject.type(), "id", subject.id())));
    }

    private static void requireVersion(Subject subject, long version, long last) {
        if (version > last) {
            throw new ProblemException(Problem.Type.NOT_FOUND.with(
                    "The " + subject.type() + " [" + subject.id() + "] has no version [" + version
                            + "]: the last one is [" + last + "]",
                    Map.of("currentVersion", last)));
        }
    }

    private static void requireRight(Recorded<byte[]> event, Subject subject, long version, LogRecord record) {
        if (event.version() != version || !event.aggregateId().equals(subject.id())) {
            throw new IllegalStateException("At [" + record.topic() + "/" + record.partition() + "/" + record.offset()
                    + "] stands event [" + event.metadata().id() + "], not version [" + version + "] of ["
                    + subject.id() + "]");
        }
    }
}
