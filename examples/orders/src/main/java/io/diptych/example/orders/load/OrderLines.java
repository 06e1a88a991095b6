package io.diptych.example.orders.load;

import io.diptych.cli.load.CommandLines;
import io.diptych.cli.terminal.CliException;
import io.diptych.kafka.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** The lines of a CSV file (RFC 4180) as orders. A line that cannot be one is told apart; the next is read all the same. */
final class OrderLines implements CommandLines {

    private static final CSVFormat FORMAT = CSVFormat.RFC4180
            .builder()
            .setHeader()
            .setSkipHeaderRecord(true)
            .setIgnoreEmptyLines(false)
            .setTrailingData(false)
            .get();
    private static final List<String> COLUMNS =
            List.of("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country");
    private static final DateTimeFormatter INVOICE_DATE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withResolverStyle(ResolverStyle.STRICT);

    /** What a CreateOrder looks like on the wire: this is a client of the API, as any other program may be. */
    private record OrderLine(
            String orderId,
            String product,
            int quantity,
            @Nullable BigDecimal unitPrice,
            @Nullable String customerId,
            @Nullable String country,
            @Nullable Instant orderedAt) {}

    private final long expected;
    private final BoundedReader reader;
    private final CSVParser parser;
    private final Iterator<CSVRecord> records;

    /** The parser stopped in the middle of a line and takes its rest for the next one. */
    private boolean inMalformedLine;

    private OrderLines(long expected, BoundedReader reader, CSVParser parser) {
        this.expected = expected;
        this.reader = reader;
        this.parser = parser;
        this.records = parser.iterator();
    }

    /**
     * Opens a file and checks its first line.
     *
     * @throws CliException when it cannot be read, or lacks columns
     */
    static OrderLines open(Path file) {
        try {
            long lines = countLines(file);
            var reader = new BoundedReader(withoutByteOrderMark(text(file)));
            CSVParser parser = FORMAT.parse(reader);
            List<String> missing = COLUMNS.stream()
                    .filter(column -> !parser.getHeaderMap().containsKey(column))
                    .toList();
            if (!missing.isEmpty()) {
                parser.close();
                throw new CliException("The first line of [" + file + "] does not name the columns " + missing
                        + ": it must have " + COLUMNS);
            }
            return new OrderLines(Math.max(0, lines - 1), reader, parser);
        } catch (NoSuchFileException e) {
            throw new CliException("There is no file [" + file + "]", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new CliException("The file [" + file + "] cannot be read (" + e + ")", e);
        }
    }

    @Override
    public long expected() {
        return expected;
    }

    @Override
    public @Nullable Line next() {
        while (true) {
            long number = parser.getCurrentLineNumber() + 1;
            try {
                reader.begin();
                if (!records.hasNext()) {
                    return null;
                }
                CSVRecord csv = records.next();
                if (inMalformedLine) {
                    inMalformedLine = false;
                } else if (!isEmpty(csv)) {
                    return line(number, csv);
                }
            } catch (UncheckedIOException e) {
                if (!(e.getCause() instanceof CSVException)) {
                    throw new CliException("Line " + number + " of the file cannot be read: " + e.getMessage(), e);
                }
                if (!inMalformedLine) {
                    inMalformedLine = true;
                    return new Unreadable(number, "is not CSV: " + e.getCause().getMessage());
                }
            }
        }
    }

    @Override
    public void close() {
        try {
            parser.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isEmpty(CSVRecord csv) {
        return csv.size() == 1 && csv.get(0).isBlank();
    }

    private static Line line(long number, CSVRecord csv) {
        int columns = csv.getParser().getHeaderMap().size();
        if (csv.size() != columns) {
            return new Unreadable(number, "has " + csv.size() + " columns, not " + columns);
        }
        try {
            OrderLine order = order(csv);
            return new Parsed(number, order.orderId(), Json.mapper().writeValueAsBytes(order));
        } catch (IllegalArgumentException e) {
            return new Unreadable(number, String.valueOf(e.getMessage()));
        }
    }

    private static OrderLine order(CSVRecord csv) {
        String product = required(csv, "StockCode");
        String customer = optional(csv, "CustomerID");
        String unitPrice = optional(csv, "UnitPrice");
        return new OrderLine(
                required(csv, "InvoiceNo") + "-" + product,
                product,
                quantity(required(csv, "Quantity")),
                unitPrice == null ? null : unitPrice(unitPrice),
                customer == null ? null : customer.replaceFirst("\\.0$", ""),
                optional(csv, "Country"),
                invoiceDate(optional(csv, "InvoiceDate")));
    }

    private static String required(CSVRecord csv, String column) {
        String value = optional(csv, column);
        if (value == null) {
            throw new IllegalArgumentException("has no " + column);
        }
        return value;
    }

    private static @Nullable String optional(CSVRecord csv, String column) {
        String value = csv.get(column).strip();
        return value.isEmpty() ? null : value;
    }

    private static int quantity(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("has the Quantity [" + text + "], which is not a whole number", e);
        }
    }

    private static BigDecimal unitPrice(String text) {
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("has the UnitPrice [" + text + "], which is not a number", e);
        }
    }

    private static @Nullable Instant invoiceDate(@Nullable String text) {
        try {
            return text == null ? null : LocalDateTime.parse(text, INVOICE_DATE).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "has the InvoiceDate [" + text + "], which is not like 2011-10-06 16:20:00", e);
        }
    }

    /** Bytes that are no UTF-8 become replacement characters: they are seldom where it matters. */
    private static BufferedReader text(Path file) throws IOException {
        return new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8));
    }

    private static BufferedReader withoutByteOrderMark(BufferedReader reader) throws IOException {
        reader.mark(1);
        if (reader.read() != '\uFEFF') {
            reader.reset();
        }
        return reader;
    }

    /** Of the bytes, without decoding them; a text that spans lines makes it too high. */
    private static long countLines(Path file) throws IOException {
        long lines = 0;
        byte[] buffer = new byte[64 * 1024];
        int last = '\n';
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                for (int i = 0; i < read; i++) {
                    if (buffer[i] == '\n') {
                        lines++;
                    }
                }
                last = buffer[read - 1];
            }
        }
        return last == '\n' ? lines : lines + 1;
    }
}
