package io.diptych.bench.report;

import io.diptych.bench.run.Values;
import java.util.List;
import java.util.Locale;

/** Figures and tables in writing. */
final class Text {

    private Text() {}

    /** To three digits or so: more would be noise. */
    static String number(double value) {
        double size = Math.abs(value);
        if (size >= 1000) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", value);
    }

    /** The least and the greatest. */
    static String spread(Values values) {
        return number(values.min()) + "–" + number(values.max());
    }

    /** As GitHub renders it; the first row is the head. */
    static String markdown(List<List<String>> rows) {
        var text = new StringBuilder();
        for (int i = 0; i < rows.size(); i++) {
            text.append("| ").append(String.join(" | ", rows.get(i))).append(" |\n");
            if (i == 0) {
                text.append("|---".repeat(rows.get(i).size())).append("|\n");
            }
        }
        return text.toString();
    }

    /** For a terminal: columns side by side, texts to the left, figures to the right. */
    static String columns(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        var text = new StringBuilder();
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String cell = row.get(i);
                String room = " ".repeat(widths[i] - cell.length());
                boolean figure = !cell.isEmpty() && Character.isDigit(cell.charAt(0));
                line.append(figure ? room + cell : cell + room).append("  ");
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
