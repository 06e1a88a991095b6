package io.diptych.bench.run;

import java.time.Duration;

/**
 * How long what is compared is warmed up: until the compilers of all JVMs that take part are quiet. As long as they are
 * busy they take processors from what is measured, whose code is not yet what it will be. A JVM tells how long its compilers
 * worked by the clock, waiting for a processor included: on a busy machine that is more than they took of it.
 *
 * @param compilers of all these JVMs together
 * @param atMost for a suite; a round that has begun by then is ended; zero for no such round
 */
public record WarmUp(Compilers compilers, Duration atMost) {

    /** Compilers that work for no more than this part of the time, all together, are quiet. */
    public static final double QUIET = 0.1;

    /** How long a suite was warmed up. */
    public static final Metric TIME = Metric.seconds("warming up");

    /** How much of each round that counts the compilers worked; more than 100 when several did at once. */
    public static final Metric BUSY = new Metric("compilers", "% of the time", false);

    /** In the first, everything starts; it tells nothing about the next. */
    static final int ROUNDS_AT_LEAST = 2;

    /** What they have done so far. */
    public interface Compilers {

        /** Milliseconds that they have worked, all together; fails when a JVM does not tell. */
        long workedMillis() throws InterruptedException;
    }

    /** Whether there is to be any round that does not count. */
    boolean isWanted() {
        return !atMost.isZero();
    }

    /**
     * Whether there is to be another round.
     *
     * @param rounds that there were
     * @param since its begin
     * @param busy for which part of the last of these rounds the compilers worked; more than 1 when several did at once
     */
    boolean goesOn(int rounds, Duration since, double busy) {
        return rounds < ROUNDS_AT_LEAST || (busy > QUIET && since.compareTo(atMost) < 0);
    }
}
