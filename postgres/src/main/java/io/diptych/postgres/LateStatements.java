package io.diptych.postgres;

/**
 * The statements on the event times and late events of one app. All begin with the parameters read model and version,
 * unless they say otherwise.
 */
final class LateStatements {

    static final String WAITING = "waiting";

    private static final String SHOWN = "l.late, l.partition, l.log_offset, l.event_id, l.event_type, l.event_time,"
            + " l.watermark, l.windows, l.row_keys, l.since, l.state, l.settled_at, l.settled_by, l.reason";

    private static final String OF = " where l.read_model = ? and l.version = ?";

    private final String schema;
    private final String times;
    private final String watermarks;
    private final String late;
    private final String admitted;
    private final String generations;
    private final String positions;

    LateStatements(String schema) {
        this.schema = schema;
        times = Names.qualified(schema, Schema.EVENT_TIMES);
        watermarks = Names.qualified(schema, Schema.WATERMARKS);
        late = Names.qualified(schema, Schema.LATE);
        admitted = Names.qualified(schema, Schema.ADMITTED);
        generations = Names.qualified(schema, Schema.GENERATIONS);
        positions = Names.qualified(schema, Schema.POSITIONS);
    }

    /**
     * No parameters. Excludes all batches of all generations of the read model, and whoever settles late events: what is
     * late is decided once.
     */
    String lock(String readModel) {
        return "select pg_advisory_xact_lock(" + Names.hash("windows", schema, readModel) + ")";
    }

    /** Parameters after all: read model. Each partition, and where that generation stands in it. */
    String times(int generation) {
        return "select partition, coalesce(t.decided, 0), t.greatest, coalesce(t.idle, false), coalesce(p.next_offset, 0)"
                + " from (select * from " + times + " as l" + OF + ") as t full join (select * from " + positions
                + " as l where l.read_model = ? and l.generation = " + generation + ") as p using (partition)";
    }

    String watermark() {
        return "select l.watermark from " + watermarks + " as l" + OF;
    }

    /** Parameters: version, partitions, their first and last offsets, read model. Of all versions. */
    String facts() {
        return "select l.partition, l.log_offset, l.version = ?, l.windows, l.state from unnest(?, ?, ?)"
                + " as m (partition, first, past) join " + late + " as l on l.partition = m.partition"
                + " and l.log_offset >= m.first and l.log_offset < m.past where l.read_model = ?";
    }

    /** Parameters: partitions, decided, greatest times, whether idle. */
    String putTimes() {
        return "insert into " + times + " as t (read_model, version, partition, decided, greatest, idle)"
                + " select ?, ?, m.partition, m.decided, cast(m.greatest as timestamptz), m.idle"
                + " from unnest(?, ?, ?, ?) as m (partition, decided, greatest, idle) on conflict (read_model, version, partition) do update"
                + " set decided = greatest(t.decided, excluded.decided), greatest = excluded.greatest,"
                + " idle = excluded.idle";
    }

    /** Parameters: the watermark. */
    String putWatermark() {
        return "insert into " + watermarks + " (read_model, version, watermark) values (?, ?, cast(? as timestamptz))"
                + " on conflict (read_model, version) do update set watermark = excluded.watermark";
    }

    /** Parameters: an array for each column that is named here. What was said in another version is said here. */
    String insert() {
        return "insert into " + late + " (read_model, version, partition, log_offset, event_id, event_type, headers,"
                + " payload, event_time, watermark, windows, row_keys, since, state, settled_at, settled_by, reason)"
                + " select ?, ?, l.partition, l.log_offset, l.event_id, l.event_type, l.headers, l.payload,"
                + " l.event_time, cast(l.watermark as timestamptz), l.windows, l.row_keys, now(), coalesce(o.state, '"
                + WAITING + "'), o.settled_at, o.settled_by, o.reason"
                + " from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as l (partition, log_offset, event_id, event_type,"
                + " headers, payload, event_time, watermark, windows, row_keys) left join lateral (select * from "
                + late + " as x where x.read_model = ? and x.partition = l.partition and x.log_offset = l.log_offset"
                + " and x.state <> '" + WAITING + "' limit 1) as o on true";
    }

    /** Parameters: read model, generation, numbers. */
    String claim() {
        return "delete from " + admitted + " where read_model = ? and generation = ? and late = any (?)";
    }

    /** Parameters: read model, generation, limit. What was admitted after the generation had left it out. */
    String admitted() {
        return "select l.late, l.partition, l.log_offset, l.headers, l.payload, l.windows from " + admitted
                + " as a join " + late + " as l on l.late = a.late where a.read_model = ? and a.generation = ?"
                + " order by l.late limit ?";
    }

    /** Parameters: after that number, limit. */
    String waiting() {
        return "select l.late, l.partition, l.log_offset, l.headers, l.payload, l.windows from " + late + " as l" + OF
                + " and l.state = '" + WAITING + "' and l.late > ? order by l.late limit ?";
    }

    /**
     * Parameters: state, who, why, read model, partitions, offsets. In all versions. Gives their numbers.
     */
    String settle() {
        return "update " + late + " as l set state = ?, settled_at = now(), settled_by = ?, reason = ?"
                + " from (select ? as read_model, p.* from unnest(?, ?) as p (partition, log_offset)) as p"
                + " where l.read_model = p.read_model and l.partition = p.partition and l.log_offset = p.log_offset"
                + " and l.state = '" + WAITING + "' returning l.late";
    }

    /** Parameters: numbers, generation that has them already. For all others that have left these out. */
    String admit() {
        return "insert into " + admitted
                + " (read_model, generation, late) select g.read_model, g.generation, l.late from "
                + late + " as l join " + generations + " as g on g.read_model = l.read_model and g.version = l.version"
                + " and g.state in ('FILLING', 'SERVING', 'KEPT') join " + positions
                + " as p on p.read_model = g.read_model and p.generation = g.generation and p.partition = l.partition"
                + " and p.next_offset > l.log_offset where l.late = any (?) and g.generation <> ?";
    }

    /** Parameters after all: state, before that number, limit. The latest first. */
    String list() {
        return "select " + SHOWN + " from " + late + " as l" + OF
                + " and l.state = ? and l.late < ? order by l.late desc limit ?";
    }

    /** Parameters after all: the number. */
    String find() {
        return "select " + SHOWN + ", l.headers, l.payload from " + late + " as l" + OF + " and l.late = ?";
    }

    /** Parameters: names of read models over windows. Of all generations. */
    String depths() {
        String where = " as x where x.read_model = g.read_model and x.version = g.version";
        String waits = where + " and x.state = '" + WAITING + "'";
        return "select g.read_model, g.generation, g.state = 'SERVING', (select watermark from " + watermarks + where
                + "), (select count(*) from " + late + waits + "), (select min(since) from " + late + waits + ") from "
                + generations + " as g where g.read_model = any (?) and g.state in ('FILLING', 'SERVING', 'KEPT')"
                + " order by g.read_model, g.generation";
    }

    /** No parameters. What no generation needs any more; what was said of late events stays. */
    String[] tidy() {
        String alone = " as x where not exists (select from " + generations
                + " as g where g.read_model = x.read_model and g.version = x.version)";
        return new String[] {
            "delete from " + times + alone,
            "delete from " + watermarks + alone,
            "delete from " + late + alone + " and x.state = '" + WAITING + "'",
            "delete from " + admitted + " as x where not exists (select from " + generations
                    + " as g where g.read_model = x.read_model and g.generation = x.generation)"
        };
    }
}
