package io.diptych.example.orders.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.cli.load.CommandLines.Line;
import io.diptych.cli.load.CommandLines.Parsed;
import io.diptych.cli.load.CommandLines.Unreadable;
import io.diptych.cli.terminal.CliException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrderLinesTest {

    private static final String HEADER =
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

    @TempDir
    private Path dir;

    private List<Line> read(String text) throws IOException {
        Path file = Files.writeString(dir.resolve("lines.csv"), text);
        var lines = new ArrayList<Line>();
        try (var source = OrderLines.open(file)) {
            for (Line line = source.next(); line != null; line = source.next()) {
                lines.add(line);
            }
        }
        return lines;
    }

    private static String json(Line line) {
        return new String(((Parsed) line).body(), StandardCharsets.UTF_8);
    }

    @Test
    void a_line_becomes_an_order() throws IOException {
        var lines = read(HEADER
                + "569901,23256,CHILDRENS CUTLERY SPACEBOY ,2,2011-10-06 16:20:00,4.15,12923.0,United Kingdom\n");

        assertThat(lines).singleElement().isInstanceOfSatisfying(Parsed.class, line -> {
            assertThat(line.number()).isEqualTo(2);
            assertThat(line.aggregateId()).isEqualTo("569901-23256");
        });
        assertThat(json(lines.getFirst()))
                .isEqualTo(
                        "{\"orderId\":\"569901-23256\",\"product\":\"23256\",\"quantity\":2,\"unitPrice\":4.15,"
                                + "\"customerId\":\"12923\",\"country\":\"United Kingdom\",\"orderedAt\":\"2011-10-06T16:20:00Z\"}");
    }

    @Test
    void what_is_not_required_may_be_empty() throws IOException {
        var lines = read(HEADER + "1,a,,-3,,,,\n");

        assertThat(json(lines.getFirst())).isEqualTo("{\"orderId\":\"1-a\",\"product\":\"a\",\"quantity\":-3}");
    }

    @Test
    void quotes_commas_line_breaks_and_blanks_are_no_trouble() throws IOException {
        var lines = read(HEADER
                + "1,a,\"BOX, \"\"RED\"\"\",1,2011-10-06 16:20:00,1,12923.0,\"Channel\r\nIslands\"\r\n"
                + "\r\n"
                + " 2 , b ,, 3 ,2011-10-06 16:20:00, 1.5 ,,France \r\n");

        assertThat(lines.stream().map(Line::number)).containsExactly(2L, 5L);
        assertThat(json(lines.get(0))).contains("Channel\\r\\nIslands");
        assertThat(json(lines.get(1)))
                .contains("\"orderId\":\"2-b\"", "\"quantity\":3", "\"unitPrice\":1.5", "\"country\":\"France\"");
    }

    @Test
    void columns_are_found_by_their_names() throws IOException {
        var lines = read("\uFEFFCountry,CustomerID,UnitPrice,InvoiceDate,Quantity,StockCode,InvoiceNo\n"
                + "France,,1,2011-10-06 16:20:00,5,a,1\n");

        assertThat(json(lines.getFirst())).contains("\"orderId\":\"1-a\"", "\"quantity\":5", "\"country\":\"France\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1,a,,many,2011-10-06 16:20:00,1,,          | has the Quantity [many], which is not a whole number",
                "1,a,,2.5,2011-10-06 16:20:00,1,,           | has the Quantity [2.5]",
                "1,a,,99999999999,2011-10-06 16:20:00,1,,   | has the Quantity [99999999999]",
                "1,a,,,2011-10-06 16:20:00,1,,              | has no Quantity",
                ",a,,1,2011-10-06 16:20:00,1,,              | has no InvoiceNo",
                "1, ,,1,2011-10-06 16:20:00,1,,             | has no StockCode",
                "1,a,,1,06.10.2011,1,,                      | has the InvoiceDate [06.10.2011], which is not like 2011-",
                "1,a,,1,2011-02-31 16:20:00,1,,             | has the InvoiceDate [2011-02-31 16:20:00]",
                "1,a,,1,2011-10-06 16:20:00,cheap,,         | has the UnitPrice [cheap], which is not a number",
                "1,a,,1,2011-10-06 16:20:00,1               | has 6 columns, not 8",
                "1,a,,1,2011-10-06 16:20:00,1,,,extra       | has 9 columns, not 8",
            })
    void a_line_that_is_no_order_is_told_apart_and_the_next_is_read(String bad, String reason) throws IOException {
        var lines = read(HEADER + "1,a,,1,,,,\n" + bad + "\n2,b,,1,,,,\n");

        assertThat(lines.getFirst()).isInstanceOf(Parsed.class);
        assertThat(lines.get(1)).isInstanceOfSatisfying(Unreadable.class, line -> {
            assertThat(line.number()).isEqualTo(3);
            assertThat(line.reason()).contains(reason);
        });
        assertThat(json(lines.getLast())).contains("\"orderId\":\"2-b\"");
    }

    @Test
    void a_stray_quote_spoils_its_own_line_only() throws IOException {
        var lines = read(HEADER + "1,\"a\"b,,1,,,\"c\"d,\n2,b,,1,,,,\n");

        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).isInstanceOfSatisfying(Unreadable.class, line -> {
            assertThat(line.number()).isEqualTo(2);
            assertThat(line.reason()).contains("is not CSV");
        });
        assertThat(lines.get(1))
                .isInstanceOfSatisfying(
                        Parsed.class, line -> assertThat(line.number()).isEqualTo(3));
    }

    @Test
    void bytes_that_are_no_utf_8_do_not_end_the_reading() throws IOException {
        Path file = dir.resolve("latin.csv");
        Files.writeString(file, HEADER + "1,a,1 £,1,,,,\n", StandardCharsets.ISO_8859_1);

        try (var lines = OrderLines.open(file)) {
            assertThat(lines.next()).isInstanceOf(Parsed.class);
        }
    }

    @Test
    void a_quote_that_is_never_closed_ends_with_the_file() throws IOException {
        var lines = read(HEADER + "1,a,,1,,,,\n1,\"a,,1,,,,\n2,b,,1,,,,\n");

        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).isInstanceOfSatisfying(Unreadable.class, line -> {
            assertThat(line.number()).isEqualTo(3);
            assertThat(line.reason()).contains("EOF");
        });
    }

    @Test
    void a_quote_that_is_never_closed_does_not_fill_the_memory() {
        assertThatThrownBy(() -> read(HEADER + "1,\"a" + "x".repeat(3_000_000)))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("Line 2")
                .hasMessageContaining("is a quote missing?");
    }

    @Test
    void columns_that_are_missing_are_named() {
        assertThatThrownBy(() -> read("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID\n"))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("does not name the columns [UnitPrice, CustomerID, Country]");
        assertThatThrownBy(() -> read("")).isInstanceOf(CliException.class).hasMessageContaining("InvoiceNo");
    }

    @Test
    void a_file_that_is_not_there_is_named() {
        Path file = dir.resolve("nowhere.csv");

        assertThatThrownBy(() -> OrderLines.open(file))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("[" + file + "]");
    }

    @Test
    void the_lines_to_come_are_counted_without_the_first() throws IOException {
        Path file = Files.writeString(dir.resolve("lines.csv"), HEADER + "1,a,,1,,,,\n2,b,,1,,,,");

        try (var lines = OrderLines.open(file)) {
            assertThat(lines.expected()).isEqualTo(2);
        }
    }
}
