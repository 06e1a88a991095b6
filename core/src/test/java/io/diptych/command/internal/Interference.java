package io.diptych.command.internal;

import java.util.function.Supplier;

/** What may come between the steps of a worker. */
interface Interference {

    /** Nothing does. */
    Interference NONE = new Nothing();

    /** Nothing does, but for what is overridden. */
    class Nothing implements Interference {
        @Override
        public void at(Point point) {}

        @Override
        public boolean chance(int percent) {
            return false;
        }

        @Override
        public boolean timesOut(Runnable request) {
            return false;
        }

        @Override
        public void answered(String commandId) {}

        @Override
        public void reached(String what) {}

        @Override
        public void violated(String judge, String detail) {
            throw new AssertionError("[" + judge + "] " + detail);
        }

        @Override
        public void trace(Supplier<String> what) {}
    }

    /** Where a worker can be interrupted: before what the name says, or after it when the name says so. */
    enum Point {
        POLL,
        COMMANDS_READ,
        DECIDE,
        BEGIN,
        APPEND,
        APPENDED,
        SEND,
        COMMIT,
        POSITIONS_ADDED,
        COMMITTED,
        ANSWER,
        APPLY,
        APPLIED,
        RESET,
        REWIND,
        END_FORMER_OWNER,
        OPEN_ONES_LISTED,
        OPEN_ONES_ENDED,
        MEMBERS_LISTED,
        EVENTS_END,
        READ_EVENTS,
        SNAPSHOT_POSITION,
        READ_SNAPSHOTS,
        PUBLISH,
        PUBLISHED,
        PUBLICATION_ACCEPTED,
        WRITE,
        WRITTEN
    }

    /** May throw, may stop the process for a while or for good, may let others go on first. */
    void at(Point point);

    /** Whether something that happens in so many of a hundred cases does. */
    boolean chance(int percent);

    /** Whether no answer to the request comes in time: it may still arrive, later. */
    boolean timesOut(Runnable request);

    /** A reply to that command was committed. */
    void answered(String commandId);

    /** Counts that the simulation came to where it matters. */
    void reached(String what);

    /** A promise was broken. */
    void violated(String judge, String detail);

    /** Says what was done, for who replays the history. */
    void trace(Supplier<String> what);
}
