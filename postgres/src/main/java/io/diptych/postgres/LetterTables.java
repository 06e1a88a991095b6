package io.diptych.postgres;

import java.util.List;

/** The tables of dead letters, and of records on their way to Kafka. */
final class LetterTables {

    private LetterTables() {}

    /** Make what is missing. */
    static List<String> statements(String schema) {
        String of = "read_model text collate \"C\", generation integer";
        String letter = ", row_key text collate \"C\" not null, partition integer not null, log_offset bigint not null,"
                + " event_id text, event_type text, headers bytea not null, payload bytea, edited bytea,"
                + " cause text not null, error text, stack text, attempts integer not null,"
                + " since timestamptz not null, tried timestamptz";
        String letters = Names.qualified(schema, Schema.LETTERS);
        return List.of(
                "create table if not exists " + Names.qualified(schema, Schema.PARKED_KEYS) + " (" + of
                        + ", row_key text collate \"C\", whole_aggregate boolean not null, since timestamptz not null,"
                        + " primary key (read_model, generation, row_key))",
                "create table if not exists " + letters + " (" + of
                        + ", letter bigint generated always as identity" + letter
                        + ", primary key (read_model, generation, letter))",
                index(schema, "diptych_dead_letters_by_key", letters, "(read_model, generation, row_key, letter)"),
                "create table if not exists " + Names.qualified(schema, Schema.DISCARDED) + " (" + of
                        + ", letter bigint" + letter
                        + ", discarded_at timestamptz not null, discarded_by text not null, reason text not null,"
                        + " primary key (read_model, generation, letter))",
                "create table if not exists " + Names.qualified(schema, Schema.OUTBOX)
                        + " (place bigint generated always as identity primary key, topic text not null,"
                        + " record_key bytea, headers bytea not null, value bytea)",
                // Which process has sent last.
                "create table if not exists " + Names.qualified(schema, Schema.OUTBOX_SENDER)
                        + " (one_row boolean primary key check (one_row), sender text not null)");
    }

    /**
     * Makes an index when it is missing, and else does not touch the table: "create index if not exists" waits for all
     * who write to it, who may wait for tables that this transaction has looked at before.
     */
    static String index(String schema, String name, String table, String columns) {
        return "do $do$ begin if to_regclass('" + Names.qualified(schema, name) + "') is null then create index "
                + Names.quote(name) + " on " + table + " " + columns + "; end if; end $do$";
    }
}
