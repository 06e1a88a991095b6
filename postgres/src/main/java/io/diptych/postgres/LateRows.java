package io.diptych.postgres;

import io.diptych.projection.LateEvents.Depth;
import io.diptych.projection.LateEvents.Detail;
import io.diptych.projection.LateEvents.Late;
import io.diptych.projection.LateEvents.Settled;
import io.diptych.projection.LateEvents.State;
import io.diptych.projection.internal.EventTimes.Verdict;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;

/** Reads late events from the results of {@link LateStatements}. */
final class LateRows {

    /** Columns of a late event in every list. */
    private static final int SHOWN = 14;

    private LateRows() {}

    static Verdict verdict(String state) {
        return Verdict.valueOf(state.toUpperCase(Locale.ROOT));
    }

    static String text(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }

    static Depth depth(ResultSet row) throws SQLException {
        String readModel = row.getString(1);
        int generation = row.getInt(2);
        return new Depth(
                PerGeneration.name(readModel, generation, row.getBoolean(3)),
                readModel,
                generation,
                LetterRows.time(row, 4),
                row.getLong(5),
                LetterRows.time(row, 6));
    }

    static Late late(ResultSet row) throws SQLException {
        State state = State.valueOf(row.getString(11).toUpperCase(Locale.ROOT));
        return new Late(
                row.getLong(1),
                row.getInt(2),
                row.getLong(3),
                row.getString(4),
                row.getString(5),
                Instant.parse(row.getString(6)),
                LetterRows.requireTime(row, 7),
                LateTable.starts(row.getString(8)).toList(),
                LateTable.keys(row.getString(9)),
                LetterRows.requireTime(row, 10),
                state,
                state == State.WAITING
                        ? null
                        : new Settled(LetterRows.requireTime(row, 12), row.getString(13), row.getString(14)));
    }

    static Detail detail(ResultSet row) throws SQLException {
        return new Detail(late(row), HeaderBytes.decode(row.getBytes(SHOWN + 1)), row.getBytes(SHOWN + 2));
    }
}
