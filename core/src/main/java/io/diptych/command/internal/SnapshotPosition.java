package io.diptych.command.internal;

/**
 * How far the snapshots of a partition go.
 *
 * @param nextEvent no state in them knows of that event or a later one
 * @param complete whether all states are there as of that event
 */
public record SnapshotPosition(long nextEvent, boolean complete) {}
