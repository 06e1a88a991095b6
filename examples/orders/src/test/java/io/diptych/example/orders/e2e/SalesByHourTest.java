package io.diptych.example.orders.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.diptych.App;
import io.diptych.cli.Diptych;
import io.diptych.example.orders.OrdersApp;
import io.diptych.example.orders.load.LoadOrders;
import io.diptych.kafka.KafkaSettings;
import io.diptych.postgres.PostgresSettings;
import io.diptych.server.Node;
import io.diptych.server.NodeSettings;
import io.diptych.server.Role;
import io.diptych.testkit.EmbeddedServers;
import io.diptych.testkit.Servers;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Real order lines, which come in no order of time, summed up by hours of which some are closed when lines come. */
@EmbeddedServers
class SalesByHourTest {

    private static final Path FILE = Path.of("../../../shared/data/online-retail.csv");
    private static final int LINES = 2_000;

    /**
     * With an order of the first week, 2010-12-02 10:45, and none so late that its hour closes. They are loaded before the
     * others: of lines that are sent side by side any may come first, and no order of that week might be in time.
     */
    private static final int FIRST_LINES = 28;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** An order by its id, as far as an hour's sales go. */
    private record Line(String countryHour, long units, BigDecimal revenue) {}

    @Test
    void rows_and_late_events_are_all_orders_and_admitted_ones_are_in_the_rows(Servers servers) throws Exception {
        Assumptions.assumeTrue(Files.exists(FILE), "needs the file " + FILE);
        Map<String, Line> lines = lines();
        App orders = OrdersApp.orders();
        App app = new App(
                servers.freshName("orders"),
                orders.aggregates(),
                orders.readModels(),
                orders.formerReadModels(),
                orders.queries());
        var kafka = KafkaSettings.of(servers.kafka().bootstrapServers()).withPartitions(4);
        var postgres = PostgresSettings.of(
                servers.postgres().jdbcUrl(), servers.postgres().user(), null);
        try (Node node = Node.start(app, NodeSettings.of(Set.of(Role.values()), kafka, postgres, 0))) {
            assertThat(node.awaitReady(PATIENCE)).isTrue();
            var api = new Api(node.url());
            load(node, FIRST_LINES);
            load(node, LINES);
            String cancelled = cancelOne(api, lines);

            Set<String> late = late(api);
            assertThat(late).hasSizeBetween(LINES / 200, LINES / 10);
            assertThat(rows(api)).isEqualTo(offline(lines, late, cancelled));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(closed(servers, app)).isNotEmpty());
            Map<String, Integer> closed = closed(servers, app);
            assertThat(closed.values()).containsOnly(1);

            assertThat(cli(
                            "late",
                            "admit",
                            "sales_by_hour",
                            "--all",
                            "--yes",
                            "--url",
                            node.url().toString()))
                    .contains("Admitted " + late.size() + " events");
            assertThat(late(api)).isEmpty();
            Map<String, String> whole = offline(lines, Set.of(), cancelled);
            assertThat(rows(api)).isEqualTo(whole);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(closed(servers, app).keySet())
                            .containsAll(late.stream()
                                    .map(id -> lines.get(id).countryHour())
                                    .toList()));

            assertThat(api.post("/api/projections/sales_by_hour/rebuild", "").status())
                    .isEqualTo(202);
            await().atMost(PATIENCE)
                    .until(() -> status(api).get("generation").asInt() == 2
                            && status(api).get("role").asString().equals("SERVING"));
            assertThat(rows(api)).isEqualTo(whole);
            assertThat(status(api).get("watermark").asString()).startsWith("2011-12-0");
            assertThat(status(api).get("lateEvents").asInt()).isZero();
        }
    }

    private static String cli(String... args) {
        var out = new StringWriter();
        int exit = Diptych.execute(
                OrdersApp.orders(), new PrintWriter(out, true), new PrintWriter(out, true), args, new LoadOrders());
        assertThat(exit).as(out.toString()).isZero();
        return out.toString();
    }

    private static void load(Node node, int lines) {
        cli(
                "load",
                FILE.toString(),
                "--limit",
                Integer.toString(lines),
                "--url",
                node.url().toString());
    }

    /** One whose hour is open: what is taken out of it is not late. */
    private static String cancelOne(Api api, Map<String, Line> lines) throws Exception {
        String id = lines.keySet().stream()
                .filter(order -> lines.get(order).countryHour().contains("@2011-06"))
                .findFirst()
                .orElseThrow();
        assertThat(api.send("CancelOrder", "{\"orderId\":\"" + id + "\",\"reason\":\"a test\"}")
                        .status())
                .isEqualTo(200);
        return id;
    }

    private static Map<String, Line> lines() throws Exception {
        var lines = new TreeMap<String, Line>();
        var format = CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get();
        try (var reader = Files.newBufferedReader(FILE);
                var parser = format.parse(reader)) {
            for (CSVRecord csv : parser) {
                if (csv.getRecordNumber() > LINES) {
                    break;
                }
                long units = Long.parseLong(csv.get("Quantity"));
                if (units > 0) {
                    String hour = csv.get("InvoiceDate").replace(' ', 'T').substring(0, 13) + ":00:00Z";
                    lines.putIfAbsent(
                            csv.get("InvoiceNo") + "-" + csv.get("StockCode"),
                            new Line(
                                    csv.get("Country") + "@" + hour,
                                    units,
                                    new BigDecimal(csv.get("UnitPrice")).multiply(BigDecimal.valueOf(units))));
                }
            }
        }
        return lines;
    }

    /** What the rows are without these orders, computed from the file. */
    private static Map<String, String> offline(Map<String, Line> lines, Set<String> late, String cancelled) {
        var sums = new HashMap<String, Line>();
        var orders = new HashMap<String, Integer>();
        lines.forEach((id, line) -> {
            if (!late.contains(id) && !id.equals(cancelled)) {
                orders.merge(line.countryHour(), 1, Integer::sum);
                sums.merge(
                        line.countryHour(),
                        line,
                        (a, b) -> new Line(
                                a.countryHour(),
                                a.units() + b.units(),
                                a.revenue().add(b.revenue())));
            }
        });
        var rows = new TreeMap<String, String>();
        sums.forEach((key, sum) -> rows.put(key, written(orders.get(key), sum.units(), sum.revenue())));
        return rows;
    }

    private static String written(long orders, long units, BigDecimal revenue) {
        return orders + " " + units + " " + revenue.stripTrailingZeros().toPlainString();
    }

    /** As they are when all events are in them. */
    private static Map<String, String> rows(Api api) throws Exception {
        assertThat(api.get("/api/read-models/sales_by_hour?limit=1&max-staleness=0", "Prefer", "wait=30")
                        .status())
                .isEqualTo(200);
        var rows = new TreeMap<String, String>();
        for (JsonNode row : api.rows("sales_by_hour")) {
            rows.put(
                    row.get("countryHour").asString(),
                    written(
                            row.get("orders").asLong(),
                            row.get("units").asLong(),
                            new BigDecimal(row.get("revenue").asString())));
        }
        return rows;
    }

    /** The ids of the orders that wait because they came too late. */
    private static Set<String> late(Api api) throws Exception {
        assertThat(api.get("/api/read-models/sales_by_hour?limit=1&max-staleness=0", "Prefer", "wait=30")
                        .status())
                .isEqualTo(200);
        var late = new HashSet<String>();
        for (JsonNode event :
                api.get("/api/late/sales_by_hour?limit=1000").json().get("events")) {
            late.add(event.get("eventId").asString().replaceAll("@.*", ""));
        }
        return late;
    }

    private static JsonNode status(Api api) throws Exception {
        JsonNode last = null;
        for (JsonNode each : api.get("/api/projections").json().get("projections")) {
            last = each.get("readModel").asString().equals("sales_by_hour") ? each : last;
        }
        return java.util.Objects.requireNonNull(last);
    }

    /** How often each row was published. */
    private static Map<String, Integer> closed(Servers servers, App app) {
        return Events.perKey(servers.kafka().bootstrapServers(), app.name() + ".sales_by_hour.closed");
    }
}
