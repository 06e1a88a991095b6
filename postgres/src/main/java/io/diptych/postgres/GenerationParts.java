package io.diptych.postgres;

import io.diptych.TopicNames;
import io.diptych.projection.ReadModel;
import io.diptych.projection.Windows;
import io.diptych.projection.internal.RowJson;
import org.jspecify.annotations.Nullable;

/**
 * What reads and writes one generation of a read model, within somebody's transaction.
 *
 * @param windows null when the read model has no windows
 */
record GenerationParts<R>(
        RowTable<R> table,
        RowStatements sql,
        LetterTable letters,
        ChangeRecorder<R> changes,
        @Nullable OfWindows<R> windows) {

    /**
     * What is there besides for a read model over windows.
     *
     * @param results null when the rows of windows are not published
     */
    record OfWindows<R>(
            LateTable late, LateQueue queue, @Nullable WindowResults<R> results) {}

    /** Null when the rows of windows are not published, or there are none. */
    @Nullable
    WindowResults<R> results() {
        return windows == null ? null : windows.results();
    }

    /** Makes them for an app. */
    record Factory(
            String app, RowJson json, LetterStatements letterStatements, LateStatements lateStatements, Outbox outbox) {

        <R> GenerationParts<R> of(ReadModel<?, R> model, RowMapping<R> mapping, int generation) {
            var sql = new RowStatements(app, mapping, generation, letterStatements);
            String events = TopicNames.events(app, model.aggregate().name());
            var letters = new LetterTable(
                    letterStatements,
                    outbox,
                    model.name(),
                    generation,
                    TopicNames.deadLetters(app, model.name()),
                    events);
            var changes = new ChangeRecorder<>(app, mapping, generation, json);
            var table = new RowTable<>(mapping, sql);
            return new GenerationParts<>(table, sql, letters, changes, windows(model, generation, events, table));
        }

        private <R> @Nullable OfWindows<R> windows(
                ReadModel<?, R> model, int generation, String events, RowTable<R> table) {
            Windows windows = model.windows();
            if (windows == null) {
                return null;
            }
            var late = new LateTable(lateStatements, model.name(), model.version(), generation);
            var queue = new LateQueue(lateStatements, model.name(), model.version(), generation, events);
            var results = windows.publishing()
                    ? new WindowResults<>(
                            app, table, late, outbox, json, TopicNames.closed(app, model.name()), windows.grace())
                    : null;
            return new OfWindows<>(late, queue, results);
        }
    }
}
