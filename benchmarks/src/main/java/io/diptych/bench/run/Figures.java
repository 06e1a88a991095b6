package io.diptych.bench.run;

/** Takes what a round has measured. */
public interface Figures {

    /** One more value of that metric. */
    void add(Metric metric, double value);
}
