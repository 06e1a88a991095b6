package io.diptych.cli.dlq;

import io.diptych.cli.client.Answer;
import io.diptych.cli.client.ApiClient.Parameter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** What the API tells, or does, part by part. */
final class Pages {

    private static final int SIZE = 500;

    /** Asks for a page. */
    interface Request {
        Answer with(List<Parameter> parameters) throws IOException, InterruptedException;
    }

    private Pages() {}

    /**
     * Prints a list, page by page.
     *
     * @param items the member that has them
     * @param limit of lines
     * @param parameters of every page
     * @return the last answer, or the first that is none
     */
    static Answer print(
            Table table, String items, long limit, List<Parameter> parameters, Request request, Consumer<JsonNode> add)
            throws IOException, InterruptedException {
        String cursor = null;
        long shown = 0;
        Answer answer;
        do {
            var all = new ArrayList<Parameter>();
            all.add(new Parameter("limit", Long.toString(Math.min(SIZE, Math.max(1, limit - shown)))));
            all.addAll(parameters);
            if (cursor != null) {
                all.add(new Parameter("cursor", cursor));
            }
            answer = request.with(all);
            if (!answer.isSuccess()) {
                break;
            }
            JsonNode found = answer.json().path(items);
            found.forEach(add);
            shown += found.size();
            cursor = Table.orNull(answer.json().path("cursor"));
            table.print();
        } while (cursor != null && shown < limit);
        return answer;
    }

    /**
     * Has something done to all, as many at once as the API does.
     *
     * @param parameters of every part
     * @param done takes the sum of each part
     * @return the last answer, or the first that is none
     */
    static Answer settle(List<Parameter> parameters, Request request, Consumer<JsonNode> done)
            throws IOException, InterruptedException {
        String after = null;
        Answer answer;
        do {
            var all = new ArrayList<>(parameters);
            if (after != null) {
                all.add(new Parameter("after", after));
            }
            answer = request.with(all);
            if (!answer.isSuccess()) {
                break;
            }
            done.accept(answer.json());
            after = Table.orNull(answer.json().path("next"));
        } while (after != null);
        return answer;
    }
}
