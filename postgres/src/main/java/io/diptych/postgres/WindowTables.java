package io.diptych.postgres;

import java.util.List;

/** The tables of read models over windows of event time. */
final class WindowTables {

    private WindowTables() {}

    /** Make what is missing. */
    static List<String> statements(String schema) {
        String of = "read_model text collate \"C\", version integer";
        String late = Names.qualified(schema, Schema.LATE);
        String windows = Names.qualified(schema, Schema.WINDOWS);
        return List.of(
                "create table if not exists " + Names.qualified(schema, Schema.EVENT_TIMES) + " (" + of
                        + ", partition integer, decided bigint not null, greatest timestamptz, idle boolean not null,"
                        + " primary key (read_model, version, partition))",
                "create table if not exists " + Names.qualified(schema, Schema.WATERMARKS) + " (" + of
                        + ", watermark timestamptz not null, primary key (read_model, version))",
                "create table if not exists " + late + " (" + of
                        + ", late bigint generated always as identity unique, partition integer, log_offset bigint,"
                        + " event_id text, event_type text, headers bytea not null, payload bytea,"
                        + " event_time text not null, watermark timestamptz not null, windows text not null,"
                        + " row_keys text not null, since timestamptz not null, state text not null,"
                        + " settled_at timestamptz, settled_by text, reason text,"
                        + " primary key (read_model, partition, log_offset, version))",
                LetterTables.index(schema, "diptych_late_events_by_state", late, "(read_model, version, state, late)"),
                "create table if not exists " + Names.qualified(schema, Schema.ADMITTED)
                        + " (read_model text collate \"C\", generation integer, late bigint,"
                        + " primary key (read_model, generation, late))",
                "create table if not exists " + windows
                        + " (read_model text collate \"C\", generation integer, row_key text collate \"C\","
                        + " starts_at timestamptz not null, ends_at timestamptz not null, closes_at timestamptz not null,"
                        + " due boolean not null, primary key (read_model, generation, row_key))",
                LetterTables.index(
                        schema, "diptych_windows_due", windows, "(read_model, generation, closes_at) where due"),
                "create table if not exists " + Names.qualified(schema, Schema.PUBLISHED)
                        + " (read_model text collate \"C\", row_key text collate \"C\", checksum text,"
                        + " primary key (read_model, row_key))");
    }
}
