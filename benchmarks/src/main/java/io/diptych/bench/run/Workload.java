package io.diptych.bench.run;

/**
 * Something that is measured in rounds. What is compared is prepared first, all of it; then the rounds take turns, so that
 * whatever else the machine does meets all alike.
 */
public interface Workload {

    /** Tells it from the others of its suite. */
    String name();

    /** What it is, in a few words, for the list and the report. */
    String description();

    /** Starts what is measured and warms it up. */
    void prepare() throws Exception;

    /** Measures once; fails when the result is wrong. */
    void round(Figures figures) throws Exception;

    /** Measures what can be measured once only; fails when all rounds together have left a wrong result. */
    void finish(Figures figures) throws Exception;

    /** Ends what was started; also after {@link #prepare} failed. */
    void close() throws Exception;
}
