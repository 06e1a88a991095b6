package io.diptych.chaos.load;

/**
 * One time that a command was sent. Times are {@link System#nanoTime} of the one process that all clients are in.
 *
 * @param invoked before anything was sent
 * @param ended when the outcome was known
 */
public record Attempt(long invoked, long ended, String gateway, Outcome outcome) {}
