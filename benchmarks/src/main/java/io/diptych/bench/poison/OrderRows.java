package io.diptych.bench.poison;

import io.diptych.example.orders.OrderStatus;
import io.diptych.example.orders.OrderSummary;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** The table of {@code order_summary}, looked at past whoever keeps it, row by row. */
public final class OrderRows implements AutoCloseable {

    private final Connection connection;
    private final String table;

    /** With its schema. */
    public OrderRows(String jdbcUrl, String table) throws SQLException {
        this.connection = DriverManager.getConnection(jdbcUrl);
        this.table = table;
    }

    /** Fails, naming a row that differs, unless those whose keys begin so are these. */
    public void require(String when, String prefix, Map<String, Object> expected) throws SQLException {
        Map<String, Object> actual = read(prefix);
        if (actual.equals(expected)) {
            return;
        }
        var keys = new TreeSet<>(expected.keySet());
        keys.addAll(actual.keySet());
        var wrong = keys.stream()
                .filter(key -> !Objects.equals(expected.get(key), actual.get(key)))
                .toList();
        String first = wrong.getFirst();
        throw new IllegalStateException(wrong.size() + " of " + keys.size() + " rows [" + prefix + "…] of [" + table
                + "] differ " + when + " from the offline fold of the log: the first is [" + actual.get(first)
                + "] and must be [" + expected.get(first) + "]");
    }

    private Map<String, Object> read(String prefix) throws SQLException {
        var rows = new HashMap<String, Object>();
        try (PreparedStatement query =
                connection.prepareStatement("select * from " + table + " where order_id like ?")) {
            query.setString(1, prefix + "%");
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    rows.put(row.getString("order_id"), summary(row));
                }
            }
        }
        return rows;
    }

    private static OrderSummary summary(ResultSet row) throws SQLException {
        return new OrderSummary(
                row.getString("order_id"),
                row.getString("product"),
                row.getInt("quantity"),
                row.getBigDecimal("unit_price"),
                row.getString("customer_id"),
                row.getString("country"),
                row.getObject("ordered_at", OffsetDateTime.class).toInstant(),
                OrderStatus.valueOf(row.getString("status")),
                row.getLong("version"));
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
