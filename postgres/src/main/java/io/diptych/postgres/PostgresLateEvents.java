package io.diptych.postgres;

import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.postgres.LateAdmission.Choice;
import io.diptych.postgres.LateAdmission.Outcome;
import io.diptych.projection.DeadLetters.Page;
import io.diptych.projection.LateEvents;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Late events in PostgreSQL: lists them, and has them admitted and discarded. */
final class PostgresLateEvents implements LateEvents {

    private static final int AT_ONCE = 1_000;
    private static final long BYTES = 32L << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Database database;
    private final LateStatements sql;
    private final List<String> readModels;
    private final PerGeneration<LateAdmission<?, ?>> admissions;

    /** @param readModels that have windows */
    PostgresLateEvents(
            Database database,
            LateStatements sql,
            List<String> readModels,
            PerGeneration<LateAdmission<?, ?>> admissions) {
        this.database = database;
        this.sql = sql;
        this.readModels = List.copyOf(readModels);
        this.admissions = admissions;
    }

    @Override
    public List<Depth> depths() {
        if (readModels.isEmpty()) {
            return List.of();
        }
        return reading(sql.depths(), query -> {
            new Parameters(query).texts(readModels);
            var depths = new ArrayList<Depth>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    depths.add(LateRows.depth(row));
                }
            }
            return depths;
        });
    }

    @Override
    public Page<Late> list(String readModel, State state, int limit, @Nullable String cursor) {
        LateQueue late = admissions.require(readModel).queue();
        long before = cursor == null ? Long.MAX_VALUE : PostgresDeadLetters.number(cursor);
        return reading(sql.list(), query -> {
            late.of(query).text(state.written()).number(before).number(limit + 1);
            return PostgresDeadLetters.page(query, limit, LateRows::late, one -> Long.toString(one.id()));
        });
    }

    @Override
    public Detail find(String readModel, long id) {
        LateQueue late = admissions.require(readModel).queue();
        return reading(sql.find(), query -> {
            late.of(query).number(id);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw missing(readModel, "late event [" + id + "]");
                }
                return LateRows.detail(row);
            }
        });
    }

    @Override
    public Admitted admit(String readModel, long id, String by, boolean preview) {
        LateAdmission<?, ?> admission = admissions.require(readModel);
        Outcome outcome = writing(() -> admission.admit(one(admission, id), by, preview));
        requireFound(readModel, id, outcome);
        return new Admitted(preview, 1, outcome.rows(), outcome.parked(), null);
    }

    @Override
    public Admitted admitAll(String readModel, String by, boolean preview, @Nullable String after) {
        LateAdmission<?, ?> admission = admissions.require(readModel);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long last = after == null ? 0 : PostgresDeadLetters.number(after);
        var sum = new Admitted(preview, 0, 0, 0, null);
        while (true) {
            long from = last;
            Outcome outcome = writing(() -> admission.admit(some(admission, from), by, preview));
            sum = new Admitted(
                    preview,
                    sum.events() + outcome.events(),
                    sum.rows() + outcome.rows(),
                    sum.parked() + outcome.parked(),
                    null);
            if (outcome.events() == 0) {
                return sum;
            }
            last = outcome.last();
            if (System.nanoTime() > deadline) {
                return new Admitted(preview, sum.events(), sum.rows(), sum.parked(), Long.toString(last));
            }
        }
    }

    @Override
    public void discard(String readModel, long id, String by, String reason) {
        LateAdmission<?, ?> admission = admissions.require(readModel);
        requireFound(readModel, id, writing(() -> admission.discard(one(admission, id), by, reason)));
    }

    @Override
    public long discardAll(String readModel, String by, String reason) {
        LateAdmission<?, ?> admission = admissions.require(readModel);
        long sum = 0;
        long last = 0;
        while (true) {
            long from = last;
            Outcome outcome = writing(() -> admission.discard(some(admission, from), by, reason));
            if (outcome.events() == 0) {
                return sum;
            }
            sum += outcome.events();
            last = outcome.last();
        }
    }

    private static Choice one(LateAdmission<?, ?> admission, long id) {
        return connection -> admission.queue().waiting(connection, id - 1, 1, BYTES).stream()
                .filter(found -> found.id() == id)
                .toList();
    }

    private static Choice some(LateAdmission<?, ?> admission, long after) {
        return connection -> admission.queue().waiting(connection, after, AT_ONCE, BYTES);
    }

    private static void requireFound(String readModel, long id, Outcome outcome) {
        if (outcome.events() == 0) {
            throw missing(readModel, "late event [" + id + "] that waits");
        }
    }

    private static ProblemException missing(String readModel, String what) {
        return Problem.Type.NOT_FOUND.exception("The read model [" + readModel + "] has no " + what);
    }

    private interface Query<T> {
        T run(PreparedStatement statement) throws SQLException;
    }

    private <T> T reading(String statement, Query<T> query) {
        try (Connection connection = database.read();
                PreparedStatement prepared = connection.prepareStatement(statement)) {
            return query.run(prepared);
        } catch (SQLException e) {
            throw Failures.ofQuery(e);
        }
    }

    private interface Change {
        Outcome run() throws SQLException;
    }

    private static Outcome writing(Change change) {
        try {
            return change.run();
        } catch (SQLException e) {
            throw Failures.ofQuery(e);
        }
    }
}
