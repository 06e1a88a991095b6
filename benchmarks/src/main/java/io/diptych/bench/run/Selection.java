package io.diptych.bench.run;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Which workloads are wanted. */
public final class Selection {

    private Selection() {}

    /**
     * Suites with the workloads that are wanted.
     *
     * @param words each a suite, what several suites begin with, as {@code growth} for {@code growth/rows}, a workload such
     *     as {@code diptych} in all suites, or {@code kafka/diptych}; none for all that are measured by default
     * @throws IllegalArgumentException for a word that stands for nothing
     */
    public static List<Suite> of(List<Suite> suites, List<String> words) {
        if (words.isEmpty()) {
            return suites.stream().filter(Suite::inDefault).toList();
        }
        for (String word : words) {
            if (suites.stream().noneMatch(suite -> !chosen(suite, List.of(word)).isEmpty())) {
                throw new IllegalArgumentException("There is nothing to measure that is called [" + word
                        + "]: see --list, or choose from " + names(suites));
            }
        }
        var wanted = new ArrayList<Suite>();
        for (Suite suite : suites) {
            List<Workload> workloads = chosen(suite, words);
            if (!workloads.isEmpty()) {
                wanted.add(suite.with(workloads));
            }
        }
        return wanted;
    }

    private static List<Workload> chosen(Suite suite, List<String> words) {
        return suite.workloads().stream()
                .filter(workload -> words.stream()
                        .anyMatch(word -> word.equals(workload.name())
                                || (suite.fullName(workload) + "/").startsWith(word + "/")))
                .toList();
    }

    private static List<String> names(List<Suite> suites) {
        return suites.stream()
                .flatMap(suite -> Stream.concat(
                        Stream.of(suite.name()), suite.workloads().stream().map(Workload::name)))
                .distinct()
                .toList();
    }
}
