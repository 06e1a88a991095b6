package io.diptych.bench.suite;

import io.diptych.App;
import io.diptych.bench.Bench;
import io.diptych.bench.accounts.Accounts;
import io.diptych.bench.bed.Bed;
import io.diptych.bench.bed.Child;
import io.diptych.bench.poison.Poisoned;
import io.diptych.command.Aggregate;
import io.diptych.example.orders.OrdersApp;
import io.diptych.projection.Batching;
import io.diptych.projection.ReadModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Diptych as it is measured: the order system of the examples, with its one read model that follows each order. */
public final class Nodes {

    /** The aggregate. */
    public static final String AGGREGATE = "order";

    /** The read model. */
    public static final String READ_MODEL = "order_summary";

    private static final String ORDERS = "orders";
    private static final String POISONED = "poisoned:";

    /** Megabytes that a node with a million aggregates must do with. */
    private static final int MANY_AGGREGATES_HEAP = 512;

    private Nodes() {}

    /** The system that a node is started with, under that name: see {@link Bench}. */
    public static App system(String system, String name) {
        if (system.startsWith(POISONED)) {
            return Poisoned.app(name, Path.of(system.substring(POISONED.length())));
        }
        return system.equals(ORDERS) ? orders(name) : Accounts.app(name);
    }

    /** The order system under another name, so that each suite has topics and tables of its own. */
    public static App orders(String name) {
        App orders = OrdersApp.orders();
        Aggregate<?, ?, ?> order = orders.aggregates().stream()
                .filter(aggregate -> aggregate.name().equals(AGGREGATE))
                .findFirst()
                .orElseThrow();
        ReadModel<?, ?> summary = orders.readModels().stream()
                .filter(model -> model.name().equals(READ_MODEL))
                .findFirst()
                .orElseThrow();
        var batching = BatchingSuite.ALL.getOrDefault(name, Batching.DEFAULT);
        App app = App.named(name).with(order);
        for (String readModel : GrowthSuite.readModels(name)) {
            app = app.with(plain(readModel, summary).withBatching(batching));
        }
        return app;
    }

    /** As the rivals' tables: rows, and nothing else that could be had for more work. */
    private static <E, R> ReadModel<E, R> plain(String name, ReadModel<E, R> model) {
        return new ReadModel<>(name, model.aggregate(), model.rowType(), model.projection());
    }

    /** Starts one, as a user does. */
    static Child start(Bed bed, String app, String... options) {
        return start(bed, ORDERS, app, Bed.PARTITIONS, options);
    }

    /** Starts one that handles the commands of {@link Accounts}, with no more heap however many they are. */
    static Child accounts(Bed bed, String app, int partitions) {
        return start(bed.withHeap(MANY_AGGREGATES_HEAP), "accounts", app, partitions, "--roles", "command");
    }

    /**
     * Starts one that only keeps the read model of {@link Poisoned}.
     *
     * @param mended the file without which it cannot fold what is poison
     * @param node its id
     * @param log what its log is called
     */
    static Child poisoned(Bed bed, String app, Path mended, String node, String log, String... options) {
        List<String> arguments = new ArrayList<>(List.of("--roles", "projection"));
        arguments.addAll(Arrays.asList(options));
        return start(bed, POISONED + mended, app, Bed.PARTITIONS, node, log, arguments);
    }

    private static Child start(Bed bed, String system, String app, int partitions, String... options) {
        String name = app + "-diptych";
        return start(bed, system, app, partitions, name, name, Arrays.asList(options));
    }

    private static Child start(
            Bed bed, String system, String app, int partitions, String node, String log, List<String> options) {
        List<String> arguments = new ArrayList<>(List.of("node", system, app));
        arguments.addAll(List.of("run", "--kafka", bed.kafka(), "--port", "0", "--partitions", "" + partitions));
        arguments.addAll(List.of(
                "--node-id", node, "--state-dir", bed.dir().resolve(node).toString()));
        arguments.addAll(options);
        return bed.start(log, Bench.class, arguments.toArray(String[]::new));
    }
}
