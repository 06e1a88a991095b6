package io.diptych.cli.dlq;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/** Prints objects as even columns, or as they are, a line each. */
final class Table {

    private static final int WIDEST = 60;

    private final PrintWriter out;
    private final boolean json;
    private final List<String> columns;
    private final List<JsonNode> objects = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();
    private boolean headed;

    Table(PrintWriter out, boolean json, String... columns) {
        this.out = out;
        this.json = json;
        this.columns = List.of(columns);
    }

    void add(JsonNode object, JsonNode... cells) {
        objects.add(object);
        var row = new ArrayList<String>();
        for (JsonNode cell : cells) {
            row.add(text(cell).replaceAll("\\s+", " "));
        }
        rows.add(row);
    }

    /** A value for people. */
    static String text(JsonNode value) {
        return value.isNull() || value.isMissingNode() ? "-" : value.asString();
    }

    /** A member for people. */
    static String text(JsonNode node, String member) {
        return text(node.path(member));
    }

    /** Several texts as one. */
    static JsonNode list(JsonNode texts) {
        return StringNode.valueOf(texts.valueStream().map(value -> text(value)).collect(Collectors.joining(", ")));
    }

    /** Where an event is on its topic. */
    static JsonNode place(JsonNode event) {
        return StringNode.valueOf(text(event.path("partition")) + "/" + text(event.path("offset")));
    }

    /** A text that may be absent. */
    static @Nullable String orNull(JsonNode value) {
        return value.isString() ? value.stringValue() : null;
    }

    /** Prints what was added since the last time. */
    void print() {
        if (json) {
            objects.forEach(out::println);
        } else {
            int[] widths = new int[columns.size()];
            for (int i = 0; i < widths.length; i++) {
                int column = i;
                int widest = rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0);
                widths[i] = Math.max(columns.get(i).length(), Math.min(WIDEST, widest));
            }
            if (!headed) {
                print(columns, widths);
                headed = true;
            }
            rows.forEach(row -> print(row, widths));
        }
        objects.clear();
        rows.clear();
    }

    private void print(List<String> cells, int[] widths) {
        var line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append(i == 0 ? "" : "  ").append(cells.get(i));
            line.append(" ".repeat(Math.max(0, widths[i] - cells.get(i).length())));
        }
        out.println(line.toString().stripTrailing());
    }
}
