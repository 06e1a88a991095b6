package io.diptych.example.orders.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;

/** Real order lines, and what must come of them: computed here from the file alone, with nothing of Diptych. */
record RetailFile(
        Path path,
        Set<String> orders,
        int invalidQuantity,
        int existing,
        Map<String, Demand> demand,
        Map<String, Demand> customers) {

    private static final Path PATH = Path.of("../../../shared/data/online-retail.csv");

    /** Of one product or customer. */
    record Demand(long orders, long units, BigDecimal revenue) {
        private static void add(Map<String, Demand> demand, String of, CSVRecord line) {
            demand.put(
                    of,
                    demand.getOrDefault(of, new Demand(0, 0, BigDecimal.ZERO))
                            .plus(Long.parseLong(line.get("Quantity")), new BigDecimal(line.get("UnitPrice"))));
        }

        private Demand plus(long quantity, BigDecimal price) {
            return new Demand(orders + 1, units + quantity, revenue.add(price.multiply(BigDecimal.valueOf(quantity))));
        }
    }

    /** Reads the file; skips the test where it does not exist. */
    static RetailFile read() throws IOException {
        Assumptions.assumeTrue(Files.exists(PATH), "needs the file " + PATH);
        return read(PATH, Integer.MAX_VALUE);
    }

    private static RetailFile read(Path path, int lines) throws IOException {
        Set<String> orders = new HashSet<>();
        Map<String, Demand> demand = new HashMap<>();
        Map<String, Demand> customers = new HashMap<>();
        int invalid = 0;
        int existing = 0;
        var format = CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get();
        try (var reader = Files.newBufferedReader(path);
                var parser = format.parse(reader)) {
            for (CSVRecord line : parser) {
                if (line.getRecordNumber() > lines) {
                    break;
                }
                int quantity = Integer.parseInt(line.get("Quantity"));
                if (quantity <= 0) {
                    invalid++;
                } else if (!orders.add(line.get("InvoiceNo") + "-" + line.get("StockCode"))) {
                    existing++;
                } else {
                    Demand.add(demand, line.get("StockCode"), line);
                    if (!line.get("CustomerID").isBlank()) {
                        Demand.add(customers, line.get("CustomerID").replaceFirst("\\.0$", ""), line);
                    }
                }
            }
        }
        return new RetailFile(path, orders, invalid, existing, demand, customers);
    }

    /** What the first lines of the file come to, and a file of them. */
    RetailFile first(int lines, Path copy) throws IOException {
        try (var all = Files.lines(path)) {
            Files.write(copy, (Iterable<String>) all.limit(lines + 1L)::iterator);
        }
        return read(copy, lines);
    }

    /** Compares the read models, each row of the demand included, and the best customers with the file. */
    void check(Api api) throws IOException, InterruptedException {
        JsonNode page =
                api.get("/api/read-models/order_summary?limit=1&count=true").json();
        assertThat(page.get("count").asLong()).isEqualTo(orders.size());
        Map<String, Demand> stored = new HashMap<>();
        for (JsonNode row : api.rows("product_demand")) {
            stored.put(
                    row.get("product").asString(),
                    new Demand(
                            row.get("orders").asLong(),
                            row.get("units").asLong(),
                            new BigDecimal(row.get("revenue").asString())));
        }
        assertThat(stored.keySet()).isEqualTo(demand.keySet());
        stored.forEach((product, row) -> {
            Demand expected = demand.get(product);
            assertThat(row.orders()).as("orders of %s", product).isEqualTo(expected.orders());
            assertThat(row.units()).as("units of %s", product).isEqualTo(expected.units());
            assertThat(row.revenue()).as("revenue of %s", product).isEqualByComparingTo(expected.revenue());
        });
        checkTopCustomers(api);
    }

    private void checkTopCustomers(Api api) throws IOException, InterruptedException {
        var expected = customers.entrySet().stream()
                .sorted(Comparator.<Map.Entry<String, Demand>, BigDecimal>comparing(
                                e -> e.getValue().revenue())
                        .reversed()
                        .thenComparing(Map.Entry::getKey))
                .limit(50)
                .map(e -> e.getKey() + " " + e.getValue().orders() + " "
                        + e.getValue().revenue().stripTrailingZeros().toPlainString())
                .toList();

        JsonNode rows = api.get("/api/queries/top_customers?limit=50").json().get("rows");

        assertThat(rows.valueStream()
                        .map(row -> row.get("customerId").asString() + " "
                                + row.get("orders").asLong() + " "
                                + new BigDecimal(row.get("revenue").asString())
                                        .stripTrailingZeros()
                                        .toPlainString()))
                .containsExactlyElementsOf(expected);
    }

    /** Compares what {@code load} reported. */
    void checkReport(String report) {
        assertThat(report).contains(Integer.toString(orders.size()));
        assertThat(number(report, "accepted")).isEqualTo(orders.size());
        assertThat(number(report, "invalid-quantity")).isEqualTo(invalidQuantity);
        assertThat(number(report, "order-exists")).isEqualTo(existing);
    }

    private static int number(String report, String what) {
        return report.lines()
                .filter(line -> line.contains(what) && line.matches(".*\\d.*"))
                .reduce((first, last) -> last)
                .map(line -> Integer.parseInt(line.substring(line.indexOf(what) + what.length())
                        .replaceAll("^[^0-9]*([0-9][0-9,]*).*", "$1")
                        .replace(",", "")))
                .orElse(0);
    }
}
