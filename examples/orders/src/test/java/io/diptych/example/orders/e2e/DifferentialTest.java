package io.diptych.example.orders.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.diptych.App;
import io.diptych.example.orders.OrdersApp;
import io.diptych.kafka.Json;
import io.diptych.kafka.KafkaSettings;
import io.diptych.message.ConsistencyToken;
import io.diptych.message.LogRecord;
import io.diptych.postgres.Postgres;
import io.diptych.postgres.PostgresSettings;
import io.diptych.projection.ProjectionObserver;
import io.diptych.projection.ReadModel;
import io.diptych.projection.ReadModelQueries.Freshness;
import io.diptych.projection.ReadModelQueries.ListQuery;
import io.diptych.projection.ReadModelQueries.Page;
import io.diptych.projection.internal.EventReader;
import io.diptych.projection.internal.LogEnds;
import io.diptych.projection.internal.ProjectionWorker;
import io.diptych.projection.internal.Steps;
import io.diptych.projection.internal.Steps.Step;
import io.diptych.server.Node;
import io.diptych.server.NodeSettings;
import io.diptych.server.Role;
import io.diptych.testkit.EmbeddedServers;
import io.diptych.testkit.Servers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;

/** Rows are the same whichever way they are made of the log. */
@EmbeddedServers
@Order(3)
class DifferentialTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final TypeReference<TreeMap<String, Object>> FIELDS = new TypeReference<>() {};
    private static final int ORDERS = 250;

    @Test
    void rows_are_the_same_incremental_by_two_nodes_rebuilt_offline_and_of_events_that_come_twice(Servers servers)
            throws Exception {
        App app = named(servers.freshName("orders"), OrdersApp.orders());
        try (Node first = node(servers, app, Role.COMMAND, Role.GATEWAY, Role.PROJECTION)) {
            assertThat(first.awaitReady(PATIENCE)).isTrue();
            var api = new Api(first.url());
            trade(api, 0);
            try (Node second = node(servers, app, Role.PROJECTION)) {
                assertThat(second.awaitReady(PATIENCE)).isTrue();
                trade(api, 1);
            }
            trade(api, 2);

            List<LogRecord> log = RecordedLog.read(servers.kafka().bootstrapServers(), app.name() + ".order.events");
            assertThat(log).hasSizeGreaterThan(3 * ORDERS);
            for (ReadModel<?, ?> model : app.readModels()) {
                Map<Object, Object> offline = offline(model, log);
                assertThat(offline).as(model.name()).isNotEmpty();

                assertThat(rows(api, model, log)).as("incremental").isEqualTo(offline);

                assertThat(api.post("/api/projections/" + model.name() + "/rebuild", "")
                                .status())
                        .isEqualTo(202);
                awaitServing(api, model.name(), 2);
                assertThat(rows(api, model, log)).as("rebuilt").isEqualTo(offline);

                assertThat(twice(servers, app, model, log)).as("fed twice").isEqualTo(offline);
            }
        }
    }

    /** Orders at random points of their lives, by callers at the same time. */
    private static void trade(Api api, int round) throws Exception {
        try (var callers = Executors.newFixedThreadPool(8)) {
            List<Future<?>> orders = new ArrayList<>();
            for (int i = 0; i < ORDERS; i++) {
                String id = "o-" + round + "-" + i;
                var random = new Random(id.hashCode());
                orders.add(callers.submit(() -> {
                    create(api, id, random);
                    for (String type : List.of("PayOrder", "ShipOrder", "DeliverOrder")) {
                        if (random.nextInt(4) > 0) {
                            // Refused, when the one before was left out.
                            api.send(type, "{\"orderId\":\"" + id + "\"}");
                        }
                    }
                    if (random.nextInt(4) == 0) {
                        api.send("CancelOrder", "{\"orderId\":\"" + id + "\",\"reason\":\"changed my mind\"}");
                    }
                    return null;
                }));
            }
            for (Future<?> order : orders) {
                order.get();
            }
        }
    }

    private static void create(Api api, String id, Random random) throws Exception {
        String body = """
                {"orderId":"%s","product":"product %d","quantity":%d,"unitPrice":%d.25,"customerId":"c-%d",
                 "orderedAt":"2011-11-%02dT10:%02d:00Z"}""".formatted(
                        id,
                        random.nextInt(20),
                        1 + random.nextInt(9),
                        random.nextInt(30),
                        random.nextInt(40),
                        1 + random.nextInt(28),
                        random.nextInt(60));
        var answer = api.send("CreateOrder", body);
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
    }

    private static <E, R> Map<Object, Object> offline(ReadModel<E, R> model, List<LogRecord> log) {
        var reader = new EventReader<E>(Json.codec(model.aggregate().eventType())::decode);
        Steps<E, R> steps = Steps.of(model.projection());
        var rows = new HashMap<Object, @Nullable R>();
        for (LogRecord record : log) {
            var event = reader.read(record);
            for (Step<E, R> step : steps.of(event)) {
                rows.put(step.key(), step.evolution().evolve(rows.get(step.key()), event));
            }
        }
        var written = new TreeMap<Object, Object>();
        rows.forEach((key, row) -> {
            if (row != null) {
                written.put(key, fields(row));
            }
        });
        return written;
    }

    private static Map<Object, Object> rows(Api api, ReadModel<?, ?> model, List<LogRecord> log) throws Exception {
        api.get("/api/read-models/" + model.name() + "?limit=1", "Consistency-Token", end(log), "Prefer", "wait=30");
        var rows = new TreeMap<Object, Object>();
        for (JsonNode row : api.rows(model.name())) {
            put(rows, model, Json.mapper().convertValue(row, FIELDS));
        }
        return rows;
    }

    /** By two workers in turn over an empty schema, each of whom is given every event twice. */
    private static <E, R> Map<Object, Object> twice(
            Servers servers, App app, ReadModel<E, R> model, List<LogRecord> log) {
        App again = named(servers.freshName("twice"), app);
        try (Postgres postgres =
                Postgres.open(again, settings(servers), new LogEnds(), Json.mapper()::writeValueAsString)) {
            postgres.ensureSchema();
            for (int share = 1; share <= 2; share++) {
                var feed = new StutteringFeed(log.subList(0, log.size() * share / 2));
                try (var worker = new ProjectionWorker<>(
                        model,
                        1,
                        Json.codec(model.aggregate().eventType()),
                        1,
                        feed,
                        postgres.store().rows(model, 1),
                        InstantSource.system(),
                        ProjectionObserver.NONE)) {
                    while (!feed.isDone()) {
                        worker.step(Duration.ZERO);
                    }
                }
            }
            var rows = new TreeMap<Object, Object>();
            Page page = null;
            do {
                var query = new ListQuery(List.of(), List.of(), 1000, page == null ? null : page.cursor(), false);
                page = postgres.queries().list(model.name(), query, Freshness.NONE);
                page.rows().forEach(row -> put(rows, model, fields(row)));
            } while (page.cursor() != null);
            return rows;
        }
    }

    private static void put(Map<Object, Object> rows, ReadModel<?, ?> model, Map<String, Object> fields) {
        fields.values().removeIf(java.util.Objects::isNull);
        String key = model.rowType().getRecordComponents()[0].getName();
        rows.put(String.valueOf(fields.get(key)), fields);
    }

    private static Map<String, Object> fields(Object row) {
        return Json.mapper().readValue(Json.mapper().writeValueAsBytes(row), FIELDS);
    }

    private static String end(List<LogRecord> log) {
        return new ConsistencyToken(log.stream()
                        .map(e -> new ConsistencyToken.Point("order", e.partition(), e.offset()))
                        .toList())
                .toString();
    }

    private static void awaitServing(Api api, String readModel, int generation) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                api.get("/api/projections").json().path("projections"))
                        .anyMatch(each -> each.path("readModel").asString().equals(readModel)
                                && each.path("generation").asInt() == generation
                                && each.path("role").asString().equals("SERVING")));
    }

    private static App named(String name, App app) {
        return new App(name, app.aggregates(), app.readModels(), app.formerReadModels(), app.queries());
    }

    private static Node node(Servers servers, App app, Role... roles) throws Exception {
        var kafka = KafkaSettings.of(servers.kafka().bootstrapServers()).withPartitions(4);
        var settings =
                new KafkaSettings(kafka.client(), "node-" + System.nanoTime(), false, kafka.partitions(), (short) -1);
        return Node.start(app, NodeSettings.of(Set.of(roles), settings, settings(servers), 0));
    }

    private static PostgresSettings settings(Servers servers) {
        return PostgresSettings.of(
                servers.postgres().jdbcUrl(), servers.postgres().user(), null);
    }
}
