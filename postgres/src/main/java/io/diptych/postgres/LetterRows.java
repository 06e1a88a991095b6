package io.diptych.postgres;

import io.diptych.projection.DeadLetters.Cause;
import io.diptych.projection.DeadLetters.Depth;
import io.diptych.projection.DeadLetters.Detail;
import io.diptych.projection.DeadLetters.Discarded;
import io.diptych.projection.DeadLetters.Letter;
import io.diptych.projection.DeadLetters.ParkedKey;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads letters from the results of {@link LetterStatements}. */
final class LetterRows {

    /** Columns of a letter in every list. */
    static final int SHOWN = 12;

    private LetterRows() {}

    static Depth depth(ResultSet row) throws SQLException {
        String readModel = row.getString(1);
        int generation = row.getInt(2);
        return new Depth(
                PerGeneration.name(readModel, generation, row.getBoolean(3)),
                readModel,
                generation,
                row.getLong(4),
                row.getLong(5),
                time(row, 6));
    }

    static ParkedKey parkedKey(ResultSet row) throws SQLException {
        return new ParkedKey(row.getString(1), requireTime(row, 2), row.getLong(3), letter(row, 4, null));
    }

    /** @param from its first column */
    static Letter letter(ResultSet row, int from, @Nullable Discarded discarded) throws SQLException {
        return new Letter(
                row.getLong(from),
                row.getString(from + 1),
                row.getInt(from + 2),
                row.getLong(from + 3),
                row.getString(from + 4),
                row.getString(from + 5),
                cause(row.getString(from + 6)),
                row.getString(from + 7),
                row.getInt(from + 8),
                row.getBoolean(from + 9),
                requireTime(row, from + 10),
                time(row, from + 11),
                discarded);
    }

    static Detail detail(ResultSet row, boolean discarded) throws SQLException {
        return new Detail(
                letter(row, 1, discarded ? discarded(row, SHOWN + 6) : null),
                HeaderBytes.decode(row.getBytes(SHOWN + 1)),
                row.getBytes(SHOWN + 2),
                row.getBytes(SHOWN + 3),
                row.getString(SHOWN + 4),
                row.getLong(SHOWN + 5));
    }

    static Discarded discarded(ResultSet row, int from) throws SQLException {
        return new Discarded(requireTime(row, from), row.getString(from + 1), row.getString(from + 2));
    }

    private static Cause cause(String slug) {
        return Arrays.stream(Cause.values())
                .filter(cause -> cause.slug().equals(slug))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("The cause [" + slug + "] is not known to this version"));
    }

    static @Nullable Instant time(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** The first column of all rows. */
    static List<String> strings(PreparedStatement query) throws SQLException {
        var strings = new ArrayList<String>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                strings.add(row.getString(1));
            }
        }
        return strings;
    }

    static Instant requireTime(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
