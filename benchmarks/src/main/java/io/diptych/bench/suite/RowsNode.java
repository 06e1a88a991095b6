package io.diptych.bench.suite;

import io.diptych.bench.bed.Bed;
import io.diptych.bench.bed.Child;
import io.diptych.bench.load.HttpApi;
import io.diptych.bench.load.OrderTable;
import io.diptych.bench.load.OrderTable.Sums;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A node that only keeps read models of orders and answers queries, and a look at its tables past it. */
final class RowsNode implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long LOOKS_EVERY_MILLIS = 1;
    private static final int GENERATION = 1;

    private final Child child;
    private final HttpApi api;
    private final List<OrderTable> tables = new ArrayList<>();
    private final List<Positions> positions = new ArrayList<>();

    private RowsNode(Child child, HttpApi api) {
        this.child = child;
        this.api = api;
    }

    /** Starts the node of that app, on a database of its own. */
    static RowsNode start(Bed bed, String app) throws SQLException, InterruptedException {
        String jdbcUrl = bed.database(app);
        return of(Nodes.start(bed, app, "--roles", "gateway,projection", "--postgres", jdbcUrl), app, jdbcUrl);
    }

    /** Takes over a node of that app that was started on that database. */
    static RowsNode of(Child child, String app, String jdbcUrl) throws SQLException, InterruptedException {
        RowsNode node;
        try {
            node = new RowsNode(
                    child, new HttpApi(child.awaitReady(Bed.STARTS_WITHIN).address()));
        } catch (RuntimeException | InterruptedException e) {
            child.close();
            throw e;
        }
        try {
            for (String readModel : GrowthSuite.readModels(app)) {
                node.tables.add(new OrderTable(jdbcUrl, app + "." + readModel));
                node.positions.add(new Positions(jdbcUrl, app, readModel));
            }
            return node;
        } catch (SQLException e) {
            node.close();
            throw e;
        }
    }

    HttpApi api() {
        return api;
    }

    int readModels() {
        return tables.size();
    }

    /** Waits until every read model is at so many of the log's offsets, or past them; returns where the last one is. */
    long awaitPosition(long atLeast) throws SQLException, InterruptedException {
        long at = 0;
        for (Positions of : positions) {
            at = of.await(GENERATION, atLeast, PATIENCE, LOOKS_EVERY_MILLIS, child);
        }
        return at;
    }

    /** Fails unless the orders whose ids begin so add up to that, or soon do, in each read model. */
    void require(String prefix, Sums expected) throws SQLException, InterruptedException {
        for (OrderTable table : tables) {
            table.await(prefix, expected, PATIENCE, child);
        }
    }

    /** Fails unless the orders whose ids begin so have seen so many events: each makes a version one greater. */
    void requireVersions(String prefix, long events) throws SQLException {
        for (OrderTable table : tables) {
            long versions = table.sums(prefix).versions();
            if (versions != events) {
                throw new IllegalStateException(
                        "The orders [" + prefix + "…] have seen " + versions + " events, not " + events);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        for (Positions of : positions) {
            of.close();
        }
        for (OrderTable table : tables) {
            table.close();
        }
        api.close();
        child.close();
    }
}
