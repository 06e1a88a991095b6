package io.diptych.command;

import java.time.Duration;

/** Is told what the command engine does, for metrics. Called on its thread: must be quick and must not throw. */
public interface CommandObserver {

    /** Hears nothing. */
    CommandObserver NONE = new CommandObserver() {
        @Override
        public void handled(String aggregate, Outcome outcome) {}

        @Override
        public void committed(String aggregate, int commands, int events, Duration took) {}
    };

    /** What became of a command. */
    enum Outcome {
        ACCEPTED,
        /** Answered with the first result. */
        DUPLICATE,
        /** Refused by the domain. */
        REJECTED,
        /** Refused because of its expected version. */
        CONFLICT,
        /** Unusable, or the application's code failed on it. */
        DEAD_LETTERED,
        /** Sent on to the partition of its aggregate. */
        FORWARDED
    }

    /** One command's outcome, after its transaction was committed. */
    void handled(String aggregate, Outcome outcome);

    /** A transaction was committed; {@code took} from having read the commands to having committed. */
    void committed(String aggregate, int commands, int events, Duration took);
}
