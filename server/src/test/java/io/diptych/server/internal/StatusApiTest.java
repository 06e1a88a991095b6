package io.diptych.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.command.CommandObserver.Outcome;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class StatusApiTest extends HttpTest {

    @Test
    void a_node_that_lacks_kafka_is_live_but_not_ready_and_says_why() throws Exception {
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);
        node.kafkaUp = false;

        HttpResponse<String> ready = get("/health/ready");

        assertThat(get("/health/live").statusCode()).isEqualTo(200);
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(json(ready).get("status").asString()).isEqualTo("DOWN");
        assertThat(json(ready).get("components").get(0).get("reason").asString())
                .isEqualTo("no broker answers");
        assertThat(header(ready, "Retry-After")).isNotEmpty();
    }

    @Test
    void a_read_model_is_rebuilt_rolled_back_and_dropped() throws Exception {
        HttpResponse<String> rebuild = post("/api/projections/order_summary/rebuild?keep=true", "");
        HttpResponse<String> rollback = post("/api/projections/order_summary/rollback", "");
        HttpResponse<String> drop = send(HttpRequest.newBuilder(uri("/api/projections/order_summary/generations/1"))
                .DELETE());

        assertThat(rebuild.statusCode()).isEqualTo(202);
        assertThat(json(rebuild).get("generation").asInt()).isEqualTo(2);
        assertThat(json(rebuild).get("role").asString()).isEqualTo("FILLING");
        assertThat(rollback.statusCode()).isEqualTo(409);
        assertThat(json(rollback).get("type").asString()).isEqualTo("/problems/generation-conflict");
        assertThat(drop.statusCode()).isEqualTo(204);
        assertThat(node.generations.asked).containsExactly("rebuild order_summary and keep", "drop order_summary 1");
    }

    @Test
    void what_cannot_be_asked_of_generations_is_refused() throws Exception {
        assertThat(post("/api/projections/order_summary/rebuild?kepe=true", "").statusCode())
                .isEqualTo(400);
        assertThat(post("/api/projections/order_summary/rebuild", "", "Origin", "http://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(send(HttpRequest.newBuilder(uri("/api/projections/order_summary/generations/one"))
                                .DELETE())
                        .statusCode())
                .isEqualTo(404);
        assertThat(node.generations.asked).isEmpty();
    }

    @Test
    void metrics_come_in_both_formats_with_what_the_engines_did() throws Exception {
        metrics.handled("order", Outcome.ACCEPTED);
        metrics.committed("order", 3, 2, Duration.ofMillis(4));
        metrics.applied("order_summary", 7, Duration.ofMillis(2));
        create("o-1");

        HttpResponse<String> open = get("/metrics", "Accept", "application/openmetrics-text;version=1.0.0");
        HttpResponse<String> text = get("/metrics");

        assertThat(header(open, "Content-Type")).startsWith("application/openmetrics-text");
        assertThat(open.body())
                .endsWith("# EOF\n")
                .contains("diptych_commands_total{aggregate=\"order\",outcome=\"accepted\"} 1.0")
                .contains("diptych_command_batch_size_sum{aggregate=\"order\"} 3.0")
                .contains("diptych_command_events_total{aggregate=\"order\"} 2.0")
                .contains("diptych_projection_events_total{read_model=\"order_summary\"} 7.0")
                .contains(
                        "diptych_projection_lag_events{generation=\"1\",partition=\"0\",read_model=\"order_summary\"} 3.0")
                .contains(
                        "diptych_projection_lag_seconds{generation=\"1\",partition=\"0\",read_model=\"order_summary\"} 4.5")
                .contains(
                        "diptych_projection_events_per_second{generation=\"1\",partition=\"0\",read_model=\"order_summary\"} 2.25")
                .contains("diptych_projection_position{generation=\"1\",partition=\"0\",read_model=\"order_summary\"}")
                .doesNotContain("diptych_projection_lag_events{generation=\"1\",partition=\"1\"")
                .contains(
                        "diptych_projection_state{generation=\"1\",read_model=\"order_summary\",state=\"waiting\"} 1.0")
                .contains("diptych_commands_in_flight 0.0")
                .contains(
                        "http_server_requests_seconds_count{method=\"POST\",route=\"/api/commands/{type}\",status=\"200\"} 1")
                .contains("jvm_memory_used_bytes");
        assertThat(header(text, "Content-Type")).startsWith("text/plain");
    }

    @Test
    void unknown_paths_do_not_make_new_metrics() throws Exception {
        get("/a");
        get("/b");

        assertThat(get("/metrics").body())
                .contains("http_server_requests_seconds_count{method=\"any\",route=\"none\",status=\"404\"} 2");
    }

    @Test
    void projections_say_how_far_behind_they_are() throws Exception {
        JsonNode projection = json(get("/api/projections")).get("projections").get(0);

        assertThat(projection.get("readModel").asString()).isEqualTo("order_summary");
        assertThat(projection.get("generation").asInt()).isEqualTo(1);
        assertThat(projection.get("state").asString()).isEqualTo("WAITING");
        assertThat(projection.get("reason").asString()).isEqualTo("no node has it");
        assertThat(projection.get("eventsBehind").isNull()).isTrue();
        JsonNode partition = projection.get("partitions").get(0);
        assertThat(partition.get("eventsBehind").asLong()).isEqualTo(3);
        assertThat(partition.get("secondsBehind").asDouble()).isEqualTo(4.5);
        assertThat(partition.get("eventsPerSecond").asDouble()).isEqualTo(2.3);
        assertThat(partition.get("state").asString()).isEqualTo("CATCHING_UP");
        assertThat(partition.get("node").asString()).isEqualTo("node-1");
    }

    @Test
    void commands_are_listed_with_schemas_that_tell_required_from_optional() throws Exception {
        JsonNode create = json(get("/api/commands")).get("commands").get(0);

        assertThat(create.get("type").asString()).isEqualTo("CreateOrder");
        assertThat(create.get("path").asString()).isEqualTo("/api/commands/CreateOrder");
        JsonNode schema = create.get("schema");
        assertThat(schema.get("required").toString()).isEqualTo("[\"orderId\",\"product\",\"quantity\"]");
        JsonNode properties = schema.get("properties");
        assertThat(properties.get("orderId").get("type").toString()).isEqualTo("[\"string\",\"integer\"]");
        assertThat(properties.get("orderId").get("x-diptych-id").asString()).isEqualTo("order");
        assertThat(properties.get("unitPrice").get("type").toString()).isEqualTo("[\"number\",\"null\"]");
        assertThat(properties.get("orderedAt").get("format").asString()).isEqualTo("date-time");
    }

    @Test
    void the_openapi_document_covers_the_app_and_all_its_references_lead_somewhere() throws Exception {
        JsonNode document = json(get("/openapi.json"));

        assertThat(document.get("openapi").asString()).isEqualTo("3.1.0");
        assertThat(document.get("paths").propertyNames())
                .contains(
                        "/api/commands/CreateOrder",
                        "/api/commands/CancelOrder",
                        "/api/read-models/order_summary",
                        "/api/read-models/order_summary/{key}",
                        "/api/read-models/order_summary/stream",
                        "/api/read-models/order_summary/{key}/stream")
                .doesNotContain("/api/read-models/product_demand/stream");
        List<String> references = new ArrayList<>();
        collectReferences(document, references);
        assertThat(references)
                .isNotEmpty()
                .allSatisfy(reference -> assertThat(
                                document.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse());
        assertRequiredMembersExist(document);
        assertOperationsAreComplete(document);
    }

    @Test
    void each_operator_that_fits_a_field_is_a_parameter_with_its_type() throws Exception {
        JsonNode parameters = json(get("/openapi.json")).at("/paths/~1api~1read-models~1order_summary/get/parameters");
        var schemas = new TreeMap<String, String>();
        parameters.forEach(parameter -> schemas.put(
                parameter.get("name").asString(), parameter.get("schema").toString()));

        assertThat(schemas)
                .containsEntry("version[gte]", schemas.get("version"))
                .containsEntry(
                        "status[in]", "{\"type\":\"array\",\"items\":" + schemas.get("status") + ",\"minItems\":1}")
                .containsEntry("reason[null]", "{\"type\":\"boolean\"}")
                .containsKeys("product[prefix]", "orderId[in]", "sort", "limit")
                .doesNotContainKeys("status[gt]", "status[prefix]", "version[prefix]", "version[null]");
        assertThat(schemas.get("version")).contains("integer");
        assertThat(schemas.get("status")).contains("CANCELLED");
    }

    @Test
    void a_query_of_the_apps_own_has_typed_parameters_and_rows() throws Exception {
        JsonNode operation = json(get("/openapi.json")).at("/paths/~1api~1queries~1by_status/get");

        JsonNode status = operation.at("/parameters/0");
        JsonNode since = operation.at("/parameters/1");
        assertThat(status.get("name").asString()).isEqualTo("status");
        assertThat(status.get("required").asBoolean()).isTrue();
        assertThat(status.get("schema").toString()).contains("CANCELLED");
        assertThat(since.get("required").asBoolean()).isFalse();
        assertThat(since.get("schema").get("format").asString()).isEqualTo("date-time");
        assertThat(operation
                        .at("/responses/200/content/application~1json/schema/properties/rows/items/properties/orders")
                        .get("format")
                        .asString())
                .isEqualTo("int64");
    }

    private static void collectReferences(JsonNode node, List<String> into) {
        if (node.isObject() && node.has("$ref")) {
            into.add(node.get("$ref").asString());
        }
        node.forEach(child -> collectReferences(child, into));
    }

    private static void assertRequiredMembersExist(JsonNode node) {
        JsonNode required = node.get("required");
        if (node.isObject() && required != null && required.isArray()) {
            required.forEach(name -> assertThat(node.get("properties").has(name.asString()))
                    .as(name + " in " + node)
                    .isTrue());
        }
        node.forEach(StatusApiTest::assertRequiredMembersExist);
    }

    private static void assertOperationsAreComplete(JsonNode document) {
        List<String> operationIds = new ArrayList<>();
        document.get("paths")
                .forEach(path -> path.forEach(operation -> {
                    if (operation.has("operationId")) {
                        operationIds.add(operation.get("operationId").asString());
                    }
                    assertThat(operation.get("responses").propertyNames()).anyMatch(status -> status.startsWith("2"));
                    operation
                            .get("responses")
                            .forEach(response -> assertThat(response.has("$ref") || response.has("description"))
                                    .isTrue());
                    if (operation.has("parameters")) {
                        operation
                                .get("parameters")
                                .forEach(parameter ->
                                        assertThat(parameter.propertyNames()).contains("name", "in", "schema"));
                    }
                }));
        assertThat(operationIds).doesNotHaveDuplicates();
    }
}
