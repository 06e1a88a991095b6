package io.diptych.postgres;

import io.diptych.projection.internal.RowStore.StoreUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Deletes changes that are older, or more, than are to be kept, in portions. May be called by several nodes at once. */
final class ChangeLogPruning {

    private static final int AT_ONCE = 10_000;

    private final Database database;
    private final String logs;
    private final String changes;

    ChangeLogPruning(Database database, String schema) {
        this.database = database;
        this.logs = Names.qualified(schema, Schema.CHANGE_LOGS);
        this.changes = Names.qualified(schema, Schema.CHANGES);
    }

    /** Costs next to nothing while there is nothing to delete. */
    void prune() {
        try {
            for (String readModel : due()) {
                // First it is said that they are gone, so that no stream takes what is left of them for all.
                database.inTransaction(connection -> raiseFloor(connection, readModel));
                database.inTransaction(connection -> delete(connection, readModel));
            }
        } catch (SQLException e) {
            throw new StoreUnavailableException("Old changes cannot be deleted now: " + Failures.inOneLine(e), e);
        }
    }

    /** Changes are in the order of time, but for the length of a transaction. */
    private List<String> due() throws SQLException {
        try (Connection connection = database.read();
                PreparedStatement query = connection.prepareStatement("select l.read_model from " + logs
                        + " as l cross join lateral (select c.number, c.at from " + changes
                        + " as c where c.read_model = l.read_model order by c.number limit 1) as first"
                        + " where first.number <= greatest(l.floor, l.number - l.max_entries)"
                        + " or first.at < now() - make_interval(secs => l.kept_seconds)");
                ResultSet row = query.executeQuery()) {
            var due = new ArrayList<String>();
            while (row.next()) {
                due.add(row.getString(1));
            }
            return due;
        }
    }

    private int raiseFloor(Connection connection, String readModel) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("update " + logs
                + " as l set floor = greatest(l.floor, l.number - l.max_entries, (select max(o.number) from"
                + " (select c.number, c.at from " + changes
                + " as c where c.read_model = l.read_model order by c.number limit " + AT_ONCE
                + ") as o where o.at < now() - make_interval(secs => l.kept_seconds))) where l.read_model = ?")) {
            update.setString(1, readModel);
            return update.executeUpdate();
        }
    }

    private int delete(Connection connection, String readModel) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from " + changes
                + " as c using (select o.number from " + logs + " as l cross join lateral (select c.number from "
                + changes
                + " as c where c.read_model = l.read_model and c.number <= l.floor order by c.number limit " + AT_ONCE
                + ") as o where l.read_model = ?) as gone where c.read_model = ? and c.number = gone.number")) {
            delete.setString(1, readModel);
            delete.setString(2, readModel);
            return delete.executeUpdate();
        }
    }
}
