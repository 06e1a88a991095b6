package io.diptych.chaos.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** Keeps all that clients asked and heard. */
public final class Recorder {

    private record Entry(Request request, Attempt attempt) {}

    private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();
    private final Queue<TokenRead> reads = new ConcurrentLinkedQueue<>();
    private final LongAdder accepted = new LongAdder();

    void record(Request request, Attempt attempt) {
        entries.add(new Entry(request, attempt));
        if (attempt.outcome() instanceof Outcome.Accepted) {
            accepted.increment();
        }
    }

    void record(TokenRead read) {
        reads.add(read);
    }

    /** Attempts that were answered with 200 so far. */
    public long accepted() {
        return accepted.sum();
    }

    /** Every command, in the order of its first answer. */
    public List<Call> calls() {
        var requests = new LinkedHashMap<String, Request>();
        var attempts = new LinkedHashMap<String, List<Attempt>>();
        for (Entry entry : entries) {
            requests.putIfAbsent(entry.request().key(), entry.request());
            attempts.computeIfAbsent(entry.request().key(), key -> new ArrayList<>())
                    .add(entry.attempt());
        }
        return requests.values().stream()
                .map(request -> new Call(request, attempts.getOrDefault(request.key(), List.of())))
                .toList();
    }

    /** Every query with a token that was answered with a row or with none. */
    public List<TokenRead> reads() {
        return List.copyOf(reads);
    }
}
