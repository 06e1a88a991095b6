package io.diptych.postgres;

/**
 * A read model has moved on, whichever process moved it.
 *
 * @param readModel its name
 * @param generation which of its generations
 * @param partition of the events topic
 * @param position the next offset to apply: all events before it are in the rows
 */
public record Progress(String readModel, int generation, int partition, long position) {}
