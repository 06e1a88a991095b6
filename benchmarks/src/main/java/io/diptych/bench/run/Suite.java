package io.diptych.bench.run;

import java.util.List;

/**
 * Workloads that are compared with each other.
 *
 * @param inDefault whether it is measured when nothing is chosen
 * @param chart the metrics that are drawn, in this order
 */
public record Suite(String name, String title, boolean inDefault, List<Metric> chart, List<Workload> workloads) {

    /** The same with those workloads only. */
    public Suite with(List<Workload> chosen) {
        return new Suite(name, title, inDefault, chart, chosen);
    }

    /** How that workload is named beside those of other suites. */
    public String fullName(Workload workload) {
        return name + "/" + workload.name();
    }
}
