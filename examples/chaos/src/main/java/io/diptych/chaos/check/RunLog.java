package io.diptych.chaos.check;

import io.diptych.message.Recorded;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything committed that stands on the topics after a run, each list in the order of its partitions. */
public record RunLog(List<Event> events, List<Sent> commands, List<Answer> replies, List<String> deadLetters) {

    /** An event of that aggregate. */
    public record Event(String aggregate, Recorded<?> recorded) {
        /** The command it follows from. */
        public @Nullable String commandId() {
            return recorded.metadata().causationId();
        }

        @Override
        public String toString() {
            return String.format(
                    "event %s version %d at %d:%d %s by %s: %s",
                    recorded.aggregateId(),
                    recorded.version(),
                    recorded.partition(),
                    recorded.offset(),
                    recorded.time(),
                    commandId(),
                    recorded.event());
        }
    }

    /** A command record: an attempt of a client that got that far. */
    public record Sent(String aggregate, String commandId, String correlationId, int partition, long offset) {}

    /** A reply record. */
    public record Answer(String commandId, String correlationId, String body, int partition, long offset) {}
}
