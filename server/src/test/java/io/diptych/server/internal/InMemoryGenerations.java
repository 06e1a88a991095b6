package io.diptych.server.internal;

import io.diptych.message.Problem;
import io.diptych.projection.Generation;
import io.diptych.projection.Generation.State;
import io.diptych.projection.Generations;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Remembers what it was asked for. */
final class InMemoryGenerations implements Generations {

    final List<String> asked = new ArrayList<>();

    @Override
    public List<Generation> all() {
        return List.of();
    }

    @Override
    public Generation rebuild(String readModel, boolean keep) {
        asked.add("rebuild " + readModel + (keep ? " and keep" : ""));
        return new Generation(readModel, 2, 1, State.FILLING, Instant.EPOCH);
    }

    @Override
    public Generation rollback(String readModel) {
        throw Problem.Type.GENERATION_CONFLICT.exception("No former generation of [" + readModel + "] is kept");
    }

    @Override
    public void drop(String readModel, int number) {
        asked.add("drop " + readModel + " " + number);
    }
}
