package io.diptych.postgres;

import io.diptych.ConfigurationException;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.projection.internal.RowStore.RowRefusedException;
import io.diptych.projection.internal.RowStore.StoreUnavailableException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Whose fault an {@link SQLException} is. The value's: SQLSTATE classes 22 (data) and 23 (constraint), and 54000
 * (too long for an index). Everything else is the database's or its operator's, and is tried again: a connection
 * lost, a disk full, a lock not had in time, a table or a right taken away.
 */
final class Failures {

    private Failures() {}

    static boolean isOfTheValue(SQLException e) {
        String state = state(e);
        return state.startsWith("22") || state.startsWith("23") || state.startsWith("54");
    }

    /** Why a batch was not applied. */
    static RuntimeException ofBatch(String readModel, SQLException e) {
        return isOfTheValue(e)
                ? new RowRefusedException(
                        "PostgreSQL refuses a row of read model [" + readModel + "]: " + inOneLine(e), e)
                : new StoreUnavailableException(
                        "PostgreSQL cannot be used for read model [" + readModel + "]: " + inOneLine(e), e);
    }

    /** What the caller of a query is told. */
    static ProblemException ofQuery(SQLException e) {
        if (isOfTheValue(e)) {
            return Problem.Type.INVALID_QUERY.exception("The database refuses a value of the query: " + inOneLine(e));
        }
        return Problem.Type.UNAVAILABLE.exception(
                isOfTheSchema(e)
                        ? "The tables of the read models are not there yet: a node with the projection role makes them"
                        : "The database cannot be used now: try again");
    }

    /** What the caller of one of the app's own queries is told. */
    static ProblemException ofOwnQuery(String name, SQLException e) {
        if (state(e).equals("57014")) {
            return Problem.Type.UNAVAILABLE.exception("The query [" + name + "] took longer than queries may and was"
                    + " ended: ask for less, or try again");
        }
        if (isOfTheColumns(e)) {
            return Problem.Type.UNAVAILABLE.exception("The query [" + name + "] does not fit the rows that serve now,"
                    + " which another version of a read model has made (" + inOneLine(e)
                    + "): try again when those of this version serve");
        }
        return isOfTheStatement(e) && !isOfTheSchema(e)
                ? Problem.Type.QUERY_FAILED.exception("The query [" + name + "] failed: " + inOneLine(e))
                : ofQuery(e);
    }

    /** Why one of the app's own queries cannot be one; the exception itself when the database is to blame. */
    static ConfigurationException ofDefinition(String name, SQLException e) throws SQLException {
        if (isOfTheStatement(e) || isOfTheValue(e)) {
            return new ConfigurationException(
                    "PostgreSQL cannot run the SQL of query [" + name + "]: " + inOneLine(e) + ". Mend the SQL");
        }
        throw e;
    }

    /** A column or operator is missing, or of another type: not so when the statement was checked. */
    private static boolean isOfTheColumns(SQLException e) {
        String state = state(e);
        return state.equals("42703") || state.equals("42883") || state.equals("42804");
    }

    /** SQLSTATE classes 0A (not supported), 21 (cardinality), 25 (read only) and 42 (syntax, names, types, rights). */
    private static boolean isOfTheStatement(SQLException e) {
        String state = state(e);
        return state.startsWith("0A") || state.startsWith("21") || state.startsWith("25") || state.startsWith("42");
    }

    /** A schema or table is missing. */
    static boolean isOfTheSchema(SQLException e) {
        String state = state(e);
        return state.equals("42P01") || state.equals("3F000");
    }

    static String inOneLine(@Nullable Throwable e) {
        return e == null ? "" : String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", "; ");
    }

    private static String state(SQLException e) {
        return e.getSQLState() == null ? "" : e.getSQLState();
    }
}
