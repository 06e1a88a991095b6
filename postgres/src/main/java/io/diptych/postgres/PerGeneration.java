package io.diptych.postgres;

import io.diptych.App;
import io.diptych.message.Problem;
import io.diptych.projection.Generation;
import io.diptych.projection.Generation.State;
import io.diptych.projection.ReadModel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds what handles the generation that a name stands for. A read model's name stands for the generation that serves; any
 * generation is called as its table is.
 *
 * @param <T> what handles one, such as its dead letters
 */
final class PerGeneration<T> {

    private final PostgresGenerations generations;
    private final App app;
    private final Factory<T> factory;
    private final Map<String, T> made = new ConcurrentHashMap<>();

    /** Makes what handles a generation. */
    interface Factory<T> {
        T make(ReadModel<?, ?> model, int generation);
    }

    PerGeneration(PostgresGenerations generations, App app, Factory<T> factory) {
        this.generations = generations;
        this.app = app;
        this.factory = factory;
    }

    /** What a generation is called. */
    static String name(String readModel, int generation, boolean serves) {
        return serves ? readModel : Names.table(readModel, generation);
    }

    /**
     * What handles it.
     *
     * @throws io.diptych.message.ProblemException when there is nothing of that name, or this node does not have the
     *     version that made the rows
     */
    T require(String name) {
        Generation generation = generation(name);
        return made.computeIfAbsent(
                Names.table(generation.readModel(), generation.number()) + " " + generation.version(),
                key -> factory.make(model(generation), generation.number()));
    }

    private Generation generation(String name) {
        List<Generation> all = generations.all();
        for (boolean serving : List.of(true, false)) {
            for (Generation generation : all) {
                boolean serves = generation.state() == State.SERVING;
                if (name.equals(name(generation.readModel(), generation.number(), serves && serving))) {
                    return generation;
                }
            }
        }
        throw Problem.Type.UNKNOWN_READ_MODEL.exception("There is no read model [" + Conditions.shortened(name)
                + "], only "
                + all.stream()
                        .map(g -> name(g.readModel(), g.number(), g.state() == State.SERVING))
                        .toList());
    }

    private ReadModel<?, ?> model(Generation generation) {
        return app.readModel(generation.readModel(), generation.version())
                .orElseThrow(() -> Problem.Type.UNAVAILABLE.exception("This node does not have version ["
                        + generation.version() + "] of read model [" + generation.readModel()
                        + "], which made these rows: ask a node with that version"));
    }
}
