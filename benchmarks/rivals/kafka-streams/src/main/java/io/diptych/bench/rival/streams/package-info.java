/** Orders on Kafka Streams: a processor with a store, exactly once. */
@NullMarked
package io.diptych.bench.rival.streams;

import org.jspecify.annotations.NullMarked;
