package io.diptych.chaos.check;

import io.diptych.App;
import io.diptych.chaos.load.Call;
import io.diptych.chaos.load.TokenRead;
import java.util.List;
import java.util.Map;

/**
 * What is known of a run when it is over.
 *
 * @param calls what clients asked and heard
 * @param reads queries that had a token
 * @param log what stands on the topics
 * @param tables the rows of each read model, field by field
 * @param duringTrouble the transfers as they were before the trouble ended
 * @param money on all accounts together, at the beginning
 */
public record Run(
        App app,
        List<Call> calls,
        List<TokenRead> reads,
        RunLog log,
        Map<String, List<Map<String, Object>>> tables,
        List<Map<String, Object>> duringTrouble,
        long money) {}
