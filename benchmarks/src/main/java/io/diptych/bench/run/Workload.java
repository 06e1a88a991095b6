package io.diptych.bench.run;

/**
 * Something that is measured in rounds. What is compared is prepared first, all of it; then the rounds take turns, first
 * those that only warm up, so that whatever else the machine does meets all alike.
 */
public interface Workload {

    /** Tells it from the others of its suite. */
    String name();

    /** What it is, in a few words, for the list and the report. */
    String description();

    /** Starts what is measured, and brings it to where its rounds begin. */
    void prepare() throws Exception;

    /** Whether rounds before those that count make it faster; not where each round starts its processes anew. */
    default boolean warmsUp() {
        return true;
    }

    /** Measures once; fails when the result is wrong. */
    void round(Figures figures) throws Exception;

    /** Measures what can be measured once only; fails when all rounds together have left a wrong result. */
    void finish(Figures figures) throws Exception;

    /** Ends what was started; also after {@link #prepare} failed. */
    void close() throws Exception;
}
