/** What is kept of aggregates between restarts: a checkpoint on the local disk, snapshots on a compacted topic. */
@NullMarked
package io.diptych.kafka.checkpoint;

import org.jspecify.annotations.NullMarked;
