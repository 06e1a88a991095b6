package io.diptych.postgres;

/**
 * The statements on the dead letters of one app. All begin with the parameters read model and generation; those on what
 * was discarded, of all generations, with the read model only.
 */
final class LetterStatements {

    /** Keys loaded with each batch; when more are parked, the batch asks for its own. */
    static final int SOME = 1_000;

    private static final String OF = " where %1$s.read_model = ? and %1$s.generation = ?";

    private static final String SHOWN = "l.letter, l.row_key, l.partition, l.log_offset, l.event_id, l.event_type,"
            + " l.cause, l.error, l.attempts, l.edited is not null, l.since, l.tried";

    private final String parked;
    private final String letters;
    private final String discarded;
    private final String generations;

    LetterStatements(String schema) {
        parked = Names.qualified(schema, Schema.PARKED_KEYS);
        letters = Names.qualified(schema, Schema.LETTERS);
        discarded = Names.qualified(schema, Schema.DISCARDED);
        generations = Names.qualified(schema, Schema.GENERATIONS);
    }

    private static String of(String alias) {
        return OF.formatted(alias);
    }

    /** One more than {@link #SOME} says that there are more. */
    String someParked() {
        return "select p.row_key, p.whole_aggregate from " + parked + " as p" + of("p") + " limit " + (SOME + 1);
    }

    /** Parameters: names first, then as all. With a limit, so that each name is looked up in the index. */
    String parkedAmong() {
        return "select p.row_key, p.whole_aggregate from unnest(?) as k (name) cross join lateral (select * from "
                + parked + " as p" + of("p") + " and p.row_key = k.name limit 1) as p";
    }

    /** Parameters: names, whether whole aggregates. */
    String park() {
        return "insert into " + parked + " as p (read_model, generation, row_key, whole_aggregate, since)"
                + " select ?, ?, k.*, now() from unnest(?, ?) as k"
                + " on conflict (read_model, generation, row_key) do update set"
                + " whole_aggregate = p.whole_aggregate or excluded.whole_aggregate";
    }

    /** Parameters: an array for each column that is named here. */
    String insert() {
        return "insert into " + letters + " (read_model, generation, row_key, partition, log_offset, event_id,"
                + " event_type, headers, payload, cause, error, stack, attempts, since, tried)"
                + " select ?, ?, l.*, now(), case when l.cause <> 'waits' then now() end"
                + " from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " as l (row_key, partition, log_offset, event_id, event_type, headers, payload, cause, error, stack,"
                + " attempts)";
    }

    /** Parameters: names, limit. In the order in which they are applied. */
    String toApply() {
        return "select l.letter, l.row_key, l.partition, l.log_offset, l.headers, coalesce(l.edited, l.payload) from "
                + letters + " as l" + of("l") + " and l.row_key = any (?) order by l.row_key, l.letter limit ?";
    }

    /** Parameters: letters. */
    String delete() {
        return "delete from " + letters + " as l" + of("l") + " and l.letter = any (?)";
    }

    /** Parameters after all: letters, names, causes, errors, stacks, attempts. */
    String failedAgain() {
        return "update " + letters + " as l set row_key = f.row_key, cause = f.cause, error = f.error,"
                + " stack = f.stack, attempts = l.attempts + f.attempts,"
                + " tried = case when f.cause <> 'waits' then now() else l.tried end"
                + " from (select ? as read_model, ? as generation, f.* from unnest(?, ?, ?, ?, ?, ?)"
                + " as f (letter, row_key, cause, error, stack, attempts)) as f"
                + " where l.read_model = f.read_model and l.generation = f.generation and l.letter = f.letter";
    }

    /** Parameters: names. Those of which nothing waits are free; gives them. With a limit, as above. */
    String free() {
        return "delete from " + parked + " as p" + of("p") + " and p.row_key = any (?) and (select l.letter from "
                + letters + " as l where l.read_model = p.read_model and l.generation = p.generation"
                + " and l.row_key = p.row_key limit 1) is null returning p.row_key";
    }

    /** Parameters: after that key, limit. */
    String keys() {
        return "select p.row_key from " + parked + " as p" + of("p") + " and p.row_key > ? order by p.row_key limit ?";
    }

    /** Parameters: after that key, limit. Each with how many wait and the first of them. */
    String keysWithFirst() {
        return "select p.row_key, p.since, c.events, " + SHOWN + " from " + parked + " as p"
                + " cross join lateral (select count(*) as events, min(letter) as first from " + letters
                + " as l where l.read_model = p.read_model and l.generation = p.generation and l.row_key = p.row_key)"
                + " as c join " + letters + " as l on l.read_model = p.read_model and l.generation = p.generation"
                + " and l.letter = c.first" + of("p") + " and p.row_key > ? order by p.row_key limit ?";
    }

    /** Parameters: name, after that letter, limit. */
    String ofKey() {
        return "select " + SHOWN + " from " + letters + " as l" + of("l")
                + " and l.row_key = ? and l.letter > ? order by l.letter limit ?";
    }

    /** Parameters: the letter. */
    String find() {
        return "select " + SHOWN + ", l.headers, l.payload, l.edited, l.stack, (select count(*) from " + letters
                + " as b where b.read_model = l.read_model and b.generation = l.generation"
                + " and b.row_key = l.row_key and b.letter > l.letter) from " + letters + " as l" + of("l")
                + " and l.letter = ?";
    }

    /** Parameters: the letter. */
    String findDiscarded() {
        return "select " + SHOWN + ", l.headers, l.payload, l.edited, l.stack, 0, l.discarded_at, l.discarded_by,"
                + " l.reason from " + discarded + " as l where l.read_model = ?" + " and l.letter = ?";
    }

    /** Parameters: before that letter, limit. */
    String listDiscarded() {
        return "select " + SHOWN + ", l.discarded_at, l.discarded_by, l.reason from " + discarded
                + " as l where l.read_model = ?" + " and l.letter < ? order by l.letter desc limit ?";
    }

    /** Parameters before all: payload; after them: the letter. */
    String edit() {
        return "update " + letters + " as l set edited = ?" + of("l") + " and l.letter = ?";
    }

    /** Parameters: the letter, or the name of all; who, why. */
    String discard(boolean byName) {
        return "with gone as (delete from " + letters + " as l" + of("l") + " and l."
                + (byName ? "row_key = ?" : "letter = ?") + " returning l.*) insert into " + discarded
                + " select gone.*, now(), ?, ? from gone";
    }

    /** No more parameters. */
    String forgetDiscarded() {
        return "delete from " + discarded + " as l where l.read_model = ?"
                + " and l.discarded_at < now() - interval '90 days'";
    }

    /** No parameters. Of all generations. */
    String depths() {
        String where = " as x where x.read_model = g.read_model and x.generation = g.generation";
        return "select g.read_model, g.generation, g.state = 'SERVING', (select count(*) from " + parked + where
                + "), (select count(*) from " + letters + where + "), (select min(since) from " + parked + where
                + ") from " + generations
                + " as g where g.state in ('FILLING', 'SERVING', 'KEPT') order by g.read_model, g.generation";
    }
}
