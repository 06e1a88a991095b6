package io.diptych.bench.suite;

import io.diptych.bench.bed.Bed;
import io.diptych.bench.run.Results;
import java.util.function.Supplier;

/**
 * What all workloads share.
 *
 * @param started gives the bed once there is one
 */
public record Context(Supplier<Bed> started, Extent extent, Results results) {

    Bed bed() {
        return started.get();
    }
}
