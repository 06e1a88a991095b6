package io.diptych.chaos.check;

import java.util.List;

/** A query with the token of a write sees that write or a later one. */
final class OwnWritesAreRead implements Check {

    @Override
    public String promise() {
        return "a query with a token sees that write, or says that it cannot";
    }

    @Override
    public List<Violation> judge(Run run) {
        return run.reads().stream()
                .filter(read -> read.read() < read.written())
                .map(read -> new Violation("stale: " + read, read.key()))
                .toList();
    }
}
