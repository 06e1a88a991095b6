package io.diptych.bench.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What has been measured, and what has failed. Names are {@code suite/workload}, or a suite's for what its workloads share. */
public final class Results {

    private final Map<String, Map<Metric, List<Double>>> values = new LinkedHashMap<>();
    private final Map<String, String> failures = new LinkedHashMap<>();
    private final Map<String, String> versions = new LinkedHashMap<>();

    void add(String workload, Metric metric, double value) {
        values.computeIfAbsent(workload, w -> new LinkedHashMap<>())
                .computeIfAbsent(metric, m -> new ArrayList<>())
                .add(value);
    }

    /** What a workload that failed has measured counts no more. */
    void failed(String workload, String why) {
        values.remove(workload);
        failures.putIfAbsent(workload, why);
    }

    /** Who was measured has that version. */
    public void version(String what, String version) {
        versions.put(what, version);
    }

    /** Why each that failed did. */
    public Map<String, String> failures() {
        return failures;
    }

    /** Of those who were measured. */
    public Map<String, String> versions() {
        return versions;
    }

    /** All metrics of a workload; none when it failed or was not measured. */
    public List<Metric> metrics(String workload) {
        return List.copyOf(values.getOrDefault(workload, Map.of()).keySet());
    }

    /** What the rounds gave, if they did. */
    public Optional<Values> of(String workload, Metric metric) {
        return Optional.ofNullable(values.getOrDefault(workload, Map.of()).get(metric))
                .map(Values::new);
    }
}
