package io.diptych.cli.internal;

import io.diptych.cli.client.ApiClient.Parameter;
import io.diptych.cli.client.ApiClient.Query;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How fresh an answer must be, for every command that queries. A picocli mixin. */
final class FreshnessOptions {

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "The consistency token of a reply: wait until the answer has seen that write.")
    private @Nullable String token;

    @Option(
            names = "--max-staleness",
            paramLabel = "SECONDS",
            description = "Wait until the answer has seen all that was committed so long ago; 0 for all until now.")
    private @Nullable BigDecimal maxStaleness;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description = "How long to wait for it; at most 30, 2 unless given.")
    private @Nullable Integer wait;

    /** The query of that name, for one row when there is a key. */
    Query query(String name, @Nullable String key, List<Parameter> parameters) {
        var all = new ArrayList<>(parameters);
        if (maxStaleness != null) {
            all.add(new Parameter("max-staleness", maxStaleness.toPlainString()));
        }
        return new Query(name, key, all, token, wait);
    }
}
