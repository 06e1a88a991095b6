package io.diptych.bench.suite;

import static java.util.Objects.requireNonNull;

import io.diptych.bench.load.EventFill;
import io.diptych.bench.load.LifeCycle;
import io.diptych.bench.load.OrderTable;
import io.diptych.bench.run.Figures;
import io.diptych.bench.run.Workload;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Puts the rows that the events lead to into a table by COPY: nothing puts rows into PostgreSQL faster. */
final class CopyWorkload implements Workload {

    private static final String TABLE = """
            create table order_summary (
              order_id text primary key, product text not null, quantity int not null, unit_price numeric,
              customer_id text, country text, ordered_at timestamptz not null, status text not null,
              version bigint not null)""";

    private static final int BUFFER = 64 * 1024;

    private final RebuildSuite suite;
    private @Nullable Connection connection;
    private String jdbcUrl = "";

    CopyWorkload(RebuildSuite suite) {
        this.suite = suite;
    }

    @Override
    public String name() {
        return RebuildSuite.COPY;
    }

    @Override
    public String description() {
        return "ceiling: the rows as they are in the end, by COPY into a table with a primary key; events that they stand for";
    }

    @Override
    public void prepare() throws SQLException {
        jdbcUrl = suite.context().bed().database("rebuild-copy");
        connection = DriverManager.getConnection(jdbcUrl);
        try (Statement statement = connection.createStatement()) {
            statement.execute(TABLE);
        }
    }

    @Override
    public void round(Figures figures) throws SQLException {
        Connection database = requireNonNull(connection);
        try (Statement statement = database.createStatement()) {
            statement.execute("truncate order_summary");
        }
        long begun = System.nanoTime();
        CopyIn copy = database.unwrap(PGConnection.class).getCopyAPI().copyIn("copy order_summary from stdin");
        var orders = new LifeCycle(RebuildSuite.PREFIX);
        var rows = new StringBuilder(BUFFER + 1024);
        for (long order = 0; order < suite.events() / LifeCycle.STEPS.size(); order++) {
            append(rows, orders.command(order, 1).orderId(), order);
            if (rows.length() > BUFFER) {
                write(rows, copy);
            }
        }
        write(rows, copy);
        copy.endCopy();
        figures.add(Metrics.EVENTS, suite.events() / ((System.nanoTime() - begun) / 1e9));
    }

    private static void append(StringBuilder rows, String id, long order) {
        rows.append(id).append("\tP-").append(order % 500).append('\t').append(LifeCycle.quantity(order));
        rows.append("\t9.95\t").append(LifeCycle.customer(order));
        rows.append("\tFrance\t2026-11-01T08:30:00Z\tDELIVERED\t4\n");
    }

    private static void write(StringBuilder rows, CopyIn copy) throws SQLException {
        byte[] bytes = rows.toString().getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
        rows.setLength(0);
    }

    @Override
    public void finish(Figures figures) throws SQLException {
        try (var table = new OrderTable(jdbcUrl, Nodes.READ_MODEL)) {
            table.require(RebuildSuite.PREFIX, EventFill.sums(suite.events()));
        }
    }

    @Override
    public void close() throws SQLException {
        if (connection != null) {
            connection.close();
        }
    }
}
