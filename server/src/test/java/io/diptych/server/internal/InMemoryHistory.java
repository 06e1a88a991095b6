package io.diptych.server.internal;

import io.diptych.command.AggregateExcerpt.State;
import io.diptych.command.AggregateHistory;
import io.diptych.kafka.Json;
import io.diptych.message.Metadata;
import io.diptych.message.Problem;
import io.diptych.message.Recorded;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The events of the in-memory node; the state is how many there are. */
final class InMemoryHistory implements AggregateHistory {

    private final Map<String, List<Recorded<byte[]>>> events = new TreeMap<>();

    volatile @Nullable RuntimeException failure;
    volatile @Nullable Duration lastWait;

    synchronized void add(String id, Orders.Event event, Metadata command, long offset) {
        List<Recorded<byte[]>> before = events.computeIfAbsent(id, i -> new ArrayList<>());
        long version = before.size() + 1L;
        before.add(new Recorded<>(
                Json.mapper().writeValueAsBytes(event),
                event.getClass().getSimpleName(),
                id,
                version,
                new Metadata(
                        id + "@" + version,
                        Instant.EPOCH,
                        command.correlationId(),
                        command.id(),
                        command.traceparent()),
                0,
                offset));
    }

    @Override
    public Standing current(Subject subject, Duration maxWait) {
        return asOf(subject, events(subject, 1, 1, maxWait).version(), maxWait);
    }

    @Override
    public Standing asOf(Subject subject, long version, Duration maxWait) {
        long last = events(subject, 1, 1, maxWait).version();
        if (version > last) {
            throw Problem.Type.NOT_FOUND.exception("There is no version [" + version + "]: the last is [" + last + "]");
        }
        String state = "{\"events\":" + version + ",\"price\":10.50}";
        return new Standing(subject, version, new State("Count", state.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public synchronized Events events(Subject subject, long fromVersion, int limit, Duration maxWait) {
        lastWait = maxWait;
        if (failure != null) {
            throw failure;
        }
        if (!subject.type().equals("order")) {
            throw Problem.Type.UNKNOWN_AGGREGATE.exception("There is no aggregate [" + subject.type() + "]");
        }
        List<Recorded<byte[]>> all = events.get(subject.id());
        if (all == null) {
            throw Problem.Type.NOT_FOUND.exception("The order [" + subject.id() + "] does not exist");
        }
        List<Recorded<byte[]>> page =
                all.stream().skip(fromVersion - 1).limit(limit).toList();
        return new Events(subject, all.size(), page);
    }
}
