package io.diptych.projection.internal;

import io.diptych.message.LogRecord;
import io.diptych.projection.DeadLetters.Cause;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/**
 * An event that is to wait.
 *
 * @param event as it was read
 * @param key behind whose first letter it waits
 * @param wholeAggregate all later events of its aggregate wait as well, since which row it belongs to is not known
 * @param failure why; null when it only waits behind another
 */
public record NewLetter(
        LogRecord event,
        String key,
        boolean wholeAggregate,
        @Nullable Failure failure) {

    /**
     * What went wrong.
     *
     * @param attempts how often it was tried, one after the other
     */
    public record Failure(Cause cause, String error, String stack, int attempts) {

        private static final int LONGEST_ERROR = 2_000;
        private static final int LONGEST_STACK = 8_000;

        static Failure of(Cause cause, Throwable thrown, int attempts) {
            var stack = new StringWriter();
            try (var writer = new PrintWriter(stack)) {
                thrown.printStackTrace(writer);
            }
            return new Failure(
                    cause, cut(message(thrown), LONGEST_ERROR), cut(stack.toString(), LONGEST_STACK), attempts);
        }

        /** What the store says is a sentence; what the application throws may say nothing without its name. */
        private static String message(Throwable thrown) {
            return thrown instanceof RowStore.RowRefusedException
                    ? String.valueOf(thrown.getMessage())
                    : thrown.toString();
        }

        private static String cut(String text, int longest) {
            String storable = ParkingName.storable(text);
            return storable.length() <= longest
                    ? storable
                    : ParkingName.storable(storable.substring(0, longest)) + "...";
        }
    }
}
