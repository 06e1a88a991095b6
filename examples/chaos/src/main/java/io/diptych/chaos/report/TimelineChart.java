package io.diptych.chaos.report;

import io.diptych.chaos.fault.Fault;
import io.diptych.chaos.fault.Landed;
import io.diptych.chaos.load.Attempt;
import io.diptych.chaos.load.Outcome;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jfree.chart.ChartUtils;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.labels.StandardXYToolTipGenerator;
import org.jfree.chart.plot.CombinedDomainXYPlot;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.StandardXYBarPainter;
import org.jfree.chart.renderer.xy.XYAreaRenderer;
import org.jfree.chart.renderer.xy.XYBarRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** The run as a picture: what was acknowledged, what was not, and beneath it what was done to each part. */
final class TimelineChart {

    private static final Color GREEN = new Color(0x2E, 0x7D, 0x32);
    private static final Color ORANGE = new Color(0xE6, 0x51, 0x00);
    private static final Color RED = new Color(0xC6, 0x28, 0x28);
    private static final Color BLUE = new Color(0x15, 0x65, 0xC0);
    private static final Color VIOLET = new Color(0x6A, 0x1B, 0x9A);
    private static final Color GREY = new Color(0xB0, 0xBE, 0xC5);
    private static final Font PLAIN = new Font("SansSerif", Font.PLAIN, 12);

    private TimelineChart() {}

    static void write(Report report, Path file) throws IOException {
        System.setProperty("java.awt.headless", "true");
        var time = new NumberAxis("seconds since the attack began");
        time.setRange(0, report.seconds());
        time.setLabelFont(PLAIN);
        var all = new CombinedDomainXYPlot(time);
        all.setGap(12);
        all.add(acknowledged(report), 4);
        all.add(notAcknowledged(report), 2);
        all.add(faults(report), 4);
        var chart = new JFreeChart(
                String.format(
                        Locale.ROOT,
                        "Seed %d: %d faults, %d acknowledged commands, %s",
                        report.seed(),
                        report.landed().size(),
                        report.accepted(),
                        report.passed() ? "every promise kept" : "FAILED"),
                new Font("SansSerif", Font.BOLD, 15),
                all,
                true);
        chart.setBackgroundPaint(Color.WHITE);
        chart.getLegend().setItemFont(PLAIN);
        ChartUtils.saveChartAsPNG(file.toFile(), chart, 1300, 800);
    }

    private static XYPlot acknowledged(Report report) {
        var renderer = new XYAreaRenderer();
        renderer.setSeriesPaint(0, GREEN);
        return plot("acknowledged/s", renderer, perSecond(report, "acknowledged", Outcome.Accepted.class::isInstance));
    }

    private static XYPlot notAcknowledged(Report report) {
        var renderer = new XYLineAndShapeRenderer(true, false);
        var series = perSecond(report, "refused by the domain", Outcome.Refused.class::isInstance);
        series.addSeries(
                perSecond(report, "unknown", Outcome.Unknown.class::isInstance).getSeries(0));
        series.addSeries(
                perSecond(report, "not sent", Outcome.NotSent.class::isInstance).getSeries(0));
        List<Color> colors = List.of(GREY, RED, ORANGE);
        for (int i = 0; i < colors.size(); i++) {
            renderer.setSeriesPaint(i, colors.get(i));
            renderer.setSeriesStroke(i, new BasicStroke(i == 0 ? 1.2f : 2f));
        }
        return plot("others/s", renderer, series);
    }

    private static XYPlot plot(
            String label, org.jfree.chart.renderer.xy.XYItemRenderer renderer, XYSeriesCollection series) {
        var axis = new NumberAxis(label);
        axis.setLabelFont(PLAIN);
        axis.setStandardTickUnits(NumberAxis.createIntegerTickUnits());
        var plot = new XYPlot(series, null, axis, renderer);
        tidy(plot);
        return plot;
    }

    private static XYSeriesCollection perSecond(Report report, String name, Predicate<Outcome> which) {
        var counts = new long[(int) Math.ceil(report.seconds()) + 1];
        report.run().calls().stream()
                .flatMap(call -> call.attempts().stream())
                .filter(attempt -> which.test(attempt.outcome()))
                .mapToLong(Attempt::ended)
                .filter(ended -> ended >= report.begun() && ended <= report.ended())
                .forEach(ended -> counts[(int) ((ended - report.begun()) / 1_000_000_000)]++);
        var series = new XYSeries(name);
        for (int second = 0; second < counts.length - 1; second++) {
            series.add(second + 0.5, counts[second]);
        }
        return new XYSeriesCollection(series);
    }

    private static XYPlot faults(Report report) {
        String[] targets = report.landed().stream()
                .map(landed -> landed.fault().target())
                .distinct()
                .sorted()
                .toArray(String[]::new);
        var dataset = new XYIntervalSeriesCollection();
        for (Fault.Kind kind : Fault.Kind.values()) {
            dataset.addSeries(bars(report, kind, targets));
        }
        dataset.addSeries(recoveries(report, targets));
        var renderer = new XYBarRenderer();
        renderer.setUseYInterval(true);
        renderer.setShadowVisible(false);
        renderer.setBarPainter(new StandardXYBarPainter());
        renderer.setDefaultToolTipGenerator(new StandardXYToolTipGenerator());
        List<Color> colors = List.of(RED, VIOLET, BLUE, GREY);
        for (int i = 0; i < colors.size(); i++) {
            renderer.setSeriesPaint(i, colors.get(i));
        }
        var axis = new SymbolAxis("", targets);
        axis.setTickLabelFont(PLAIN);
        axis.setGridBandsVisible(false);
        axis.setInverted(true);
        var plot = new XYPlot(dataset, null, axis, renderer);
        tidy(plot);
        return plot;
    }

    private static XYIntervalSeries bars(Report report, Fault.Kind kind, String[] targets) {
        String name = switch (kind) {
            case KILL -> "killed (kill -9)";
            case RESTART -> "restarted";
            case FREEZE -> "frozen (SIGSTOP)";
        };
        var series = new XYIntervalSeries(name);
        for (Landed landed : report.landed()) {
            if (landed.fault().kind() == kind) {
                add(series, report, landed.fault().target(), landed.begun(), landed.mended(), targets);
            }
        }
        return series;
    }

    private static XYIntervalSeries recoveries(Report report, String[] targets) {
        var series = new XYIntervalSeries("mended, not ready yet");
        for (Landed landed : report.landed()) {
            Long recovered = landed.recovered();
            long until = recovered == null ? report.ended() : recovered;
            add(series, report, landed.fault().target(), landed.mended(), until, targets);
        }
        return series;
    }

    private static void add(
            XYIntervalSeries series, Report report, String target, long from, long to, String[] targets) {
        double begin = (from - report.begun()) / 1e9;
        double end = (to - report.begun()) / 1e9;
        int row = Arrays.asList(targets).indexOf(target);
        series.add(begin, begin, end, row, row - 0.38, row + 0.38);
    }

    private static void tidy(XYPlot plot) {
        plot.setBackgroundPaint(Color.WHITE);
        plot.setDomainGridlinePaint(Color.LIGHT_GRAY);
        plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
    }
}
