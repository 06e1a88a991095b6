package io.diptych.bench.suite;

import io.diptych.bench.run.Workload;

/** A workload that is told from others of its kind by what it is made with. */
abstract class DescribedWorkload implements Workload {

    private final String name;
    private final String description;

    DescribedWorkload(String name, String description) {
        this.name = name;
        this.description = description;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String description() {
        return description;
    }
}
