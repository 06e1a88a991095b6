package io.diptych;

import io.diptych.command.Aggregate;
import io.diptych.projection.ReadModel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What a user defines: a name, aggregates and read models. Immutable.
 *
 * @param name lower case; begins the names of topics and is the schema of the tables
 */
public record App(String name, List<Aggregate<?, ?, ?>> aggregates, List<ReadModel<?, ?>> readModels) {

    /** Checks that names are unique and that every read model follows an aggregate of this app. */
    public App {
        Aggregate.requireName("app", name);
        aggregates = List.copyOf(aggregates);
        readModels = List.copyOf(readModels);
        requireUnique("aggregate", aggregates, Aggregate::name);
        requireUnique("read model", readModels, ReadModel::name);
        for (ReadModel<?, ?> model : readModels) {
            if (!aggregates.contains(model.aggregate())) {
                throw new IllegalArgumentException("The read model [" + model.name() + "] follows the aggregate ["
                        + model.aggregate().name() + "], which app [" + name + "] does not have: add it first");
            }
        }
    }

    /** An app without aggregates yet. */
    public static App named(String name) {
        return new App(name, List.of(), List.of());
    }

    /** This app with one more aggregate. */
    public App with(Aggregate<?, ?, ?> aggregate) {
        return new App(name, plus(aggregates, aggregate), readModels);
    }

    /** This app with one more read model. */
    public App with(ReadModel<?, ?> readModel) {
        return new App(name, aggregates, plus(readModels, readModel));
    }

    private static <T> List<T> plus(List<T> list, T element) {
        var longer = new ArrayList<>(list);
        longer.add(element);
        return longer;
    }

    private static <T> void requireUnique(String what, List<T> list, Function<T, String> name) {
        var seen = new ArrayList<String>();
        for (T element : list) {
            String it = name.apply(element);
            if (seen.contains(it)) {
                throw new IllegalArgumentException("There are two of the " + what + " [" + it + "]: rename one");
            }
            seen.add(it);
        }
    }
}
