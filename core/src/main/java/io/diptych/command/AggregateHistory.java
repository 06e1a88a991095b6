package io.diptych.command;

import io.diptych.message.ProblemException;
import io.diptych.message.Recorded;
import java.time.Duration;
import java.util.List;

/**
 * Reads aggregates: how they stand, how they stood, and what happened to them. An answer takes in every command that
 * was handled before the question was asked. Safe for many threads.
 *
 * <p>Every method may throw a {@link ProblemException}: for an aggregate or a version that does not exist, and
 * {@link io.diptych.message.Problem.Type#UNAVAILABLE} when there is no answer in time.
 */
public interface AggregateHistory {

    /**
     * An aggregate.
     *
     * @param type its name, such as {@code order}
     */
    record Subject(String type, String id) {}

    /** An aggregate at a version. */
    record Standing(Subject subject, long version, AggregateExcerpt.State state) {}

    /**
     * Some of an aggregate's events, with their payloads as they are on the log.
     *
     * @param version the aggregate's version: there are events up to this one
     */
    record Events(Subject subject, long version, List<Recorded<byte[]>> events) {}

    /** The aggregate as it is now. */
    Standing current(Subject subject, Duration maxWait) throws ProblemException;

    /** The aggregate as it was with its first {@code version} events; waits that long for each step of the way. */
    Standing asOf(Subject subject, long version, Duration maxWait) throws ProblemException;

    /** Events from that version on, at most that many; fewer when they are large. None when there are no more. */
    Events events(Subject subject, long fromVersion, int limit, Duration maxWait) throws ProblemException;
}
