package io.diptych.bench.report;

import io.diptych.bench.run.Metric;
import io.diptych.bench.run.Results;
import io.diptych.bench.run.Suite;
import io.diptych.bench.run.Values;
import io.diptych.bench.run.Workload;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.CategoryItemRendererState;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.data.category.CategoryDataset;
import org.jfree.data.category.DefaultCategoryDataset;

/** A suite as a picture: for each metric a bar for each workload, with a line from its least to its greatest value. */
final class Chart {

    private static final int WIDTH = 1100;
    private static final int BAR = 42;
    private static final int AROUND = 120;
    private static final Color OURS = new Color(0x15, 0x65, 0xC0);
    private static final Color OTHERS = new Color(0x90, 0xA4, 0xAE);
    private static final Color SPREAD = new Color(0x37, 0x47, 0x4F);
    private static final Font PLAIN = new Font("SansSerif", Font.PLAIN, 13);
    private static final Font BOLD = new Font("SansSerif", Font.BOLD, 15);

    private record Bar(String workload, Values values) {}

    private Chart() {}

    /** False, and no file, when nothing of the suite was measured. */
    static boolean write(Suite suite, Results results, Path file) throws IOException {
        System.setProperty("java.awt.headless", "true");
        List<BufferedImage> images = new ArrayList<>();
        for (Metric metric : suite.chart()) {
            List<Bar> bars = bars(suite, metric, results);
            if (!bars.isEmpty()) {
                images.add(chart(metric, bars).createBufferedImage(WIDTH, AROUND + BAR * bars.size()));
            }
        }
        if (images.isEmpty()) {
            return false;
        }
        int height = images.stream().mapToInt(BufferedImage::getHeight).sum();
        var all = new BufferedImage(WIDTH, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = all.createGraphics();
        int y = 0;
        for (BufferedImage image : images) {
            graphics.drawImage(image, 0, y, null);
            y += image.getHeight();
        }
        graphics.dispose();
        return ImageIO.write(all, "png", file.toFile());
    }

    private static List<Bar> bars(Suite suite, Metric metric, Results results) {
        var bars = new ArrayList<Bar>();
        for (Workload workload : suite.workloads()) {
            Optional<Values> values = results.of(suite.fullName(workload), metric);
            values.ifPresent(of -> bars.add(new Bar(workload.name(), of)));
        }
        return bars;
    }

    private static JFreeChart chart(Metric metric, List<Bar> bars) {
        var dataset = new DefaultCategoryDataset();
        bars.forEach(bar -> dataset.addValue(bar.values().median(), "median", label(bar, metric)));
        var names = new CategoryAxis();
        names.setTickLabelFont(PLAIN);
        names.setMaximumCategoryLabelWidthRatio(0.4f);
        names.setCategoryMargin(0.25);
        var axis = new NumberAxis(metric.unit() + (metric.moreIsBetter() ? ", more is better" : ", less is better"));
        axis.setLabelFont(PLAIN);
        axis.setTickLabelFont(PLAIN);
        axis.setRange(
                0,
                1.08
                                * bars.stream()
                                        .mapToDouble(bar -> bar.values().max())
                                        .max()
                                        .orElse(1)
                        + 1e-9);
        var plot = new CategoryPlot(dataset, names, axis, new SpreadRenderer(bars));
        plot.setOrientation(PlotOrientation.HORIZONTAL);
        plot.setBackgroundPaint(Color.WHITE);
        plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
        plot.setOutlineVisible(false);
        var chart = new JFreeChart(metric.name(), BOLD, plot, false);
        chart.setBackgroundPaint(Color.WHITE);
        return chart;
    }

    private static String label(Bar bar, Metric metric) {
        return bar.workload() + "  " + Text.number(bar.values().median()) + " " + metric.unit();
    }

    /** Bars with a line over each. */
    private static final class SpreadRenderer extends BarRenderer {

        private static final float THICK = 2f;

        private final transient List<Bar> bars;

        SpreadRenderer(List<Bar> bars) {
            this.bars = bars;
            setBarPainter(new StandardBarPainter());
            setShadowVisible(false);
            setMaximumBarWidth(0.5);
        }

        @Override
        public java.awt.Paint getItemPaint(int row, int column) {
            return bars.get(column).workload().startsWith("diptych") ? OURS : OTHERS;
        }

        @Override
        public void drawItem(
                Graphics2D graphics,
                CategoryItemRendererState state,
                Rectangle2D area,
                CategoryPlot plot,
                CategoryAxis names,
                ValueAxis axis,
                CategoryDataset data,
                int row,
                int column,
                int pass) {
            super.drawItem(graphics, state, area, plot, names, axis, data, row, column, pass);
            Values values = bars.get(column).values();
            double y = names.getCategoryMiddle(column, data.getColumnCount(), area, plot.getDomainAxisEdge());
            double from = axis.valueToJava2D(values.min(), area, plot.getRangeAxisEdge());
            double to = axis.valueToJava2D(values.max(), area, plot.getRangeAxisEdge());
            graphics.setPaint(SPREAD);
            graphics.setStroke(new BasicStroke(THICK));
            graphics.draw(new Line2D.Double(from, y, to, y));
            graphics.draw(new Line2D.Double(from, y - 5, from, y + 5));
            graphics.draw(new Line2D.Double(to, y - 5, to, y + 5));
        }
    }
}
