package io.diptych.kafka.checkpoint;

/**
 * An aggregate as it is kept.
 *
 * @param state what {@link io.diptych.command.internal.AggregateStateCodec} wrote
 */
record Row(String id, byte[] state) {}
