package io.diptych.server.internal;

import static io.diptych.server.internal.CommandApiTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class FlowApiTest extends HttpTest {

    @Test
    void a_flow_tells_the_whole_way_of_a_command_in_order_of_time() throws Exception {
        String token = header(create("o-1", "Idempotency-Key", "k-1"), "Consistency-Token");
        get("/api/read-models/order_summary/o-1", "Consistency-Token", token);

        JsonNode flow = json(get("/api/flows/k-1"));

        assertThat(flow.get("state").asString()).isEqualTo("done");
        assertThat(flow.get("id").asString()).isEqualTo("o-1");
        assertThat(names(flow))
                .contains("visible:product_demand")
                .containsSubsequence(
                        "received", "checked", "stored", "decided", "recorded", "replied", "queried:order_summary");
        assertThat(step(flow, "stored").get("place").toString())
                .isEqualTo("{\"topic\":\"orders.order.commands\",\"partition\":0,\"offset\":0}");
        assertThat(step(flow, "recorded").get("place").toString())
                .isEqualTo("{\"topic\":\"orders.order.events\",\"partition\":0,\"offset\":0}");
        assertThat(step(flow, "visible:order_summary").get("place").toString())
                .isEqualTo("{\"table\":\"orders.order_summary\",\"row\":\"o-1\"}");
        assertThat(step(flow, "visible:product_demand").get("place").get("row").asString())
                .isEqualTo("Widget");
        List<Double> times = new ArrayList<>();
        flow.get("steps").forEach(step -> times.add(step.get("at").asDouble()));
        assertThat(times).isSorted();
    }

    @Test
    void a_refused_command_ends_with_the_refusal() throws Exception {
        post("/api/commands/CreateOrder", ORDER.replace(":2", ":0"), "Idempotency-Key", "k-1");

        JsonNode flow = json(get("/api/flows/k-1"));

        assertThat(flow.get("state").asString()).isEqualTo("done");
        assertThat(step(flow, "decided").get("output").get("code").asString()).isEqualTo("invalid-quantity");
        assertThat(names(flow)).doesNotContain("recorded");
    }

    @Test
    void a_malformed_command_ends_at_the_gateway() throws Exception {
        post("/api/commands/CreateOrder", "{oops", "Idempotency-Key", "k-1");

        assertThat(names(json(get("/api/flows/k-1")))).containsExactly("received", "failed");
    }

    @Test
    void a_flow_is_running_until_its_rows_are_visible() throws Exception {
        node.projects = false;
        create("o-1", "Idempotency-Key", "k-1");
        assertThat(json(get("/api/flows/k-1")).get("state").asString()).isEqualTo("running");

        node.catchUp();

        assertThat(json(get("/api/flows/k-1")).get("state").asString()).isEqualTo("done");
    }

    @Test
    void whoever_follows_before_the_command_is_sent_sees_each_step_and_the_end() throws Exception {
        node.projects = false;
        HttpResponse<Stream<String>> events = client.send(
                HttpRequest.newBuilder(uri("/api/flows/k-1"))
                        .header("Accept", "text/event-stream")
                        .build(),
                BodyHandlers.ofLines());
        assertThat(header(events, "Content-Type")).isEqualTo("text/event-stream");

        create("o-1", "Idempotency-Key", "k-1");
        node.catchUp();

        List<String> lines = events.body().toList();
        assertThat(lines).filteredOn(line -> line.equals("event: step")).hasSize(8);
        assertThat(lines).anyMatch(line -> line.contains("\"visible:product_demand\""));
        assertThat(lines).contains("event: done");
        assertThat(flows.watchers()).isZero();
    }

    @Test
    void only_the_last_thousand_commands_are_remembered() {
        for (int i = 0; i < 1001; i++) {
            flows.begin("k-" + i, "CreateOrder", new byte[0]);
        }

        assertThat(flows.find("k-0")).isNull();
        assertThat(flows.find("k-1")).isNotNull();
        assertThat(flows.recent(2)).extracting(Flow::commandId).containsExactly("k-1000", "k-999");
    }

    @Test
    void an_unknown_flow_is_a_404_and_the_list_is_newest_first() throws Exception {
        assertProblem(get("/api/flows/k-9"), 404, "not-found", "[k-9]");
        create("o-1", "Idempotency-Key", "k-1");
        create("o-2", "Idempotency-Key", "k-2");

        JsonNode list = json(get("/api/flows")).get("flows");

        assertThat(list.get(0).get("commandId").asString()).isEqualTo("k-2");
        assertThat(list.get(1).get("commandId").asString()).isEqualTo("k-1");
    }

    private static List<String> names(JsonNode flow) {
        var names = new ArrayList<String>();
        flow.get("steps").forEach(step -> names.add(step.get("step").asString()));
        return names;
    }

    private static JsonNode step(JsonNode flow, String name) {
        for (JsonNode step : flow.get("steps")) {
            if (step.get("step").asString().equals(name)) {
                return step;
            }
        }
        throw new AssertionError("There is no step " + name + " in " + flow);
    }
}
