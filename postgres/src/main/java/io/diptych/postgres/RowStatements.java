package io.diptych.postgres;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The statements of one generation of a read model. Those that go together are sent together: one round trip. */
final class RowStatements {

    private final String positions;
    private final String lock;
    private final String lockShared;
    private final String startPositions;
    private final String movePositions;
    private final String load;
    private final String upsert;
    private final String delete;
    private final String tell;
    private final String parked;

    RowStatements(String schema, RowMapping<?> mapping, int generation, LetterStatements letters) {
        String table = Names.qualified(schema, Names.table(mapping.readModel(), generation));
        String model = "cast(? as text), " + generation;
        String positionsTable = Names.qualified(schema, Schema.POSITIONS);
        String key = mapping.key().quoted();
        String keyArray = "cast(? as " + mapping.key().kind().columnType() + "[])";
        long lockNumber = lockNumber(schema, mapping.readModel(), generation);
        positions = "select partition, next_offset from " + positionsTable + " where (read_model, generation) = ("
                + model + ") and partition = any (?)";
        lock = "select pg_advisory_xact_lock(" + lockNumber + ")";
        lockShared = "select pg_advisory_xact_lock_shared(" + lockNumber + ")";
        startPositions = "insert into " + positionsTable
                + " select " + model + ", p, 0 from unnest(?) as p"
                + " on conflict (read_model, generation, partition) do nothing";
        movePositions = "update " + positionsTable + " as p set next_offset = m.past from"
                + " (select cast(? as text) as read_model, m.* from unnest(?, ?, ?) as m (partition, next_offset, past))"
                + " as m where p.read_model = m.read_model and p.generation = " + generation
                + " and p.partition = m.partition and p.next_offset = m.next_offset";
        // A join: "= any (?)" is estimated badly on a table that was never analysed.
        load = "select "
                + mapping.shape().columns().stream().map(c -> "t." + c.quoted()).collect(Collectors.joining(", "))
                + " from unnest(" + keyArray + ") as k (key) join " + table + " as t on t." + key + " = k.key";
        parked = letters.someParked();
        upsert = upsert(table, mapping);
        delete = "delete from " + table + " as t using unnest(" + keyArray + ") as k (key) where t." + key + " = k.key";
        tell = "select pg_notify('" + Names.channel(schema) + "', n) from unnest(?) as n";
    }

    /** Of the advisory lock that batches hold: shared by those of own rows only, else alone. */
    static long lockNumber(String schema, String readModel, int generation) {
        return Names.hash("rows", schema, readModel, Integer.toString(generation));
    }

    private static String upsert(String table, RowMapping<?> mapping) {
        List<Column> columns = mapping.shape().columns();
        String arrays = columns.stream()
                .map(c -> "cast(? as " + c.kind().columnType() + "[])")
                .collect(Collectors.joining(", "));
        String sets = columns.stream()
                .filter(c -> !c.equals(mapping.key()))
                .map(c -> c.quoted() + " = excluded." + c.quoted())
                .collect(Collectors.joining(", "));
        return "insert into " + table + " (" + mapping.shape().columnList() + ") select * from unnest(" + arrays
                + ") on conflict (" + mapping.key().quoted() + ") do "
                + (sets.isEmpty() ? "nothing" : "update set " + sets);
    }

    /** Parameters: read model, partitions. */
    String positions() {
        return positions;
    }

    /** No parameters. Excludes every batch of the read model until the transaction ends. */
    String lock() {
        return lock;
    }

    /**
     * Parameters: when unseen, read model and partitions; read model, partitions, from, to; those of
     * {@link LetterStatements#someParked}; those of {@link ChangeRecorder#use}; when loading, keys.
     */
    String begin(boolean shared, boolean unseen, String use, boolean loading) {
        return (shared ? lockShared : lock) + (unseen ? "; " + startPositions : "") + "; " + movePositions + "; "
                + parked + "; " + use + (loading ? "; " + load : "");
    }

    /** Parameters: keys. */
    String load() {
        return load;
    }

    /** Parameters: an array per column; the deleted keys. At least one of them. */
    String write(boolean upserting, boolean deleting) {
        return (upserting ? upsert : "") + (upserting && deleting ? "; " : "") + (deleting ? delete : "");
    }

    /** Parameters: those of {@link #write}; those of the record; the payloads. */
    String writeAndTell(boolean upserting, boolean deleting, String record) {
        return Stream.of(write(upserting, deleting), record, tell)
                .filter(statement -> !statement.isEmpty())
                .collect(Collectors.joining("; "));
    }
}
