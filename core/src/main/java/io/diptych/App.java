package io.diptych;

import io.diptych.command.Aggregate;
import io.diptych.projection.ReadModel;
import io.diptych.projection.SqlQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a user defines: a name, aggregates, read models and queries of its own. Immutable.
 *
 * @param name lower case; begins the names of topics and is the schema of the tables
 * @param readModels each in its newest version
 * @param formerReadModels older versions that are kept current, as far as their rows are still there
 */
public record App(
        String name,
        List<Aggregate<?, ?, ?>> aggregates,
        List<ReadModel<?, ?>> readModels,
        List<ReadModel<?, ?>> formerReadModels,
        List<SqlQuery> queries) {

    /** Checks that names are unique and that what refers to another part refers to one of this app. */
    public App {
        Aggregate.requireName("app", name);
        aggregates = List.copyOf(aggregates);
        readModels = List.copyOf(readModels);
        formerReadModels = List.copyOf(formerReadModels);
        queries = List.copyOf(queries);
        requireUnique("aggregate", aggregates, Aggregate::name);
        requireUnique("read model", readModels, ReadModel::name);
        requireUnique("query", queries, SqlQuery::name);
        requireUnique(
                "former read model", formerReadModels, model -> model.name() + "] of version [" + model.version());
        for (ReadModel<?, ?> former : formerReadModels) {
            requireNewer(former, readModels);
        }
        for (ReadModel<?, ?> model : plusAll(readModels, formerReadModels)) {
            if (!aggregates.contains(model.aggregate())) {
                throw new IllegalArgumentException("The read model [" + model.name() + "] follows the aggregate ["
                        + model.aggregate().name() + "], which app [" + name + "] does not have: add it first");
            }
        }
        List<String> names = readModels.stream().map(ReadModel::name).toList();
        queries.forEach(query -> requireReads(query, names));
    }

    private static void requireReads(SqlQuery query, List<String> readModels) {
        if (query.readModels().isEmpty() || !readModels.containsAll(query.readModels())) {
            throw new IllegalArgumentException("The query [" + query.name() + "] reads " + query.readModels()
                    + ": name with reads() one or more of the app's read models " + readModels + ", added before it");
        }
    }

    /** An app without aggregates yet. */
    public static App named(String name) {
        return new App(name, List.of(), List.of(), List.of(), List.of());
    }

    /** This app with one more aggregate. */
    public App with(Aggregate<?, ?, ?> aggregate) {
        return new App(name, plus(aggregates, aggregate), readModels, formerReadModels, queries);
    }

    /** This app with one more read model. */
    public App with(ReadModel<?, ?> readModel) {
        return new App(name, aggregates, plus(readModels, readModel), formerReadModels, queries);
    }

    /**
     * This app with an older version of one of its read models, which stays current as long as its rows are there: so
     * that the older version serves up-to-date rows while the newer one is filled, and can serve again after it.
     */
    public App withFormer(ReadModel<?, ?> readModel) {
        return new App(name, aggregates, readModels, plus(formerReadModels, readModel), queries);
    }

    /** This app with one more query of its own. */
    public App with(SqlQuery query) {
        return new App(name, aggregates, readModels, formerReadModels, plus(queries, query));
    }

    /** All read models, in all versions that this app has. */
    public List<ReadModel<?, ?>> allReadModels() {
        return plusAll(readModels, formerReadModels);
    }

    /** The read model in that version, if this app has it. */
    public Optional<ReadModel<?, ?>> readModel(String readModel, int version) {
        for (ReadModel<?, ?> model : allReadModels()) {
            if (model.name().equals(readModel) && model.version() == version) {
                return Optional.of(model);
            }
        }
        return Optional.empty();
    }

    private static void requireNewer(ReadModel<?, ?> former, List<ReadModel<?, ?>> readModels) {
        for (ReadModel<?, ?> model : readModels) {
            if (model.name().equals(former.name())) {
                if (model.version() <= former.version()) {
                    throw new IllegalArgumentException("The former read model [" + former.name() + "] has the version ["
                            + former.version() + "], which must be less than [" + model.version()
                            + "], that of the present one");
                }
                return;
            }
        }
        throw new IllegalArgumentException(
                "The former read model [" + former.name() + "] has no present version: add that with with()");
    }

    private static <T> List<T> plusAll(List<T> list, List<T> more) {
        var longer = new ArrayList<>(list);
        longer.addAll(more);
        return longer;
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
