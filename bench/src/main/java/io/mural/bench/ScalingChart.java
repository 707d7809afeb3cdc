package io.mural.bench;

import io.mural.bench.ScalingPoint.Shown;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Two charts over tokens, both axes logarithmic: seconds, and how many times less than dense attention takes. */
final class ScalingChart {
    /** 8192 x 8192 pixels. */
    private static final double PAPERS_TOKENS = 512 * 512;
    /** arXiv 2510.16325: fewer operations of attention than FLUX, and faster steps, on the authors' GPU. */
    private static final double PAPERS_FLOPS = 130.4;

    private static final double PAPERS_STEP = 6.93;

    private ScalingChart() {}

    static void write(Path folder, List<Shown> points) throws IOException {
        Files.write(folder.resolve("scaling-seconds.png"), ChartEncoder.getBytes(seconds(points), "png"));
        Files.write(folder.resolve("scaling-saving.png"), ChartEncoder.getBytes(savings(points), "png"));
    }

    private static XYChart chart(String title, String y) {
        var chart = new XYChartBuilder()
                .width(900)
                .height(560)
                .title(title)
                .xAxisTitle("tokens of the picture")
                .yAxisTitle(y)
                .build();
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        return chart;
    }

    private static XYChart seconds(List<Shown> points) {
        var chart = chart("One block of FLUX.1's width", "seconds");
        add(chart, Color.BLUE, points, "attention", "windows");
        add(chart, Color.RED, points, "attention", "dense");
        add(chart, Color.CYAN.darker(), points, "double", "windows");
        add(chart, Color.ORANGE, points, "double", "dense");
        return chart;
    }

    /** Measured points, then from the last of them on the extrapolated ones, dashed. */
    private static void add(XYChart chart, Color color, List<Shown> points, String what, String pattern) {
        var name = (what.equals("double") ? "double block" : what) + ", " + pattern;
        var all = of(points, what, pattern);
        var measured = all.stream().filter(Shown::measured).toList();
        if (measured.isEmpty()) {
            return;
        }
        var shown = series(chart, name, measured);
        shown.setLineColor(color);
        shown.setMarkerColor(color);
        if (measured.size() < all.size()) {
            var rest = new ArrayList<>(List.of(measured.getLast()));
            all.stream().filter(point -> !point.measured()).forEach(rest::add);
            var series = series(chart, name + ", extrapolated", rest);
            series.setLineStyle(SeriesLines.DASH_DASH);
            series.setLineColor(color);
            series.setMarker(SeriesMarkers.NONE);
        }
    }

    private static XYSeries series(XYChart chart, String name, List<Shown> points) {
        return chart.addSeries(
                name,
                points.stream().mapToDouble(Shown::tokens).toArray(),
                points.stream().mapToDouble(Shown::seconds).toArray());
    }

    private static List<Shown> of(List<Shown> points, String what, String pattern) {
        return points.stream()
                .filter(point -> point.what().equals(what) && point.pattern().equals(pattern))
                .toList();
    }

    private static XYChart savings(List<Shown> points) {
        var chart = chart("Dense attention over windows", "times");
        ratio(chart, "pairs", points, "attention", true);
        ratio(chart, "seconds of attention", points, "attention", false);
        ratio(chart, "seconds of a double block", points, "double", false);
        paper(chart, "paper: operations of attention", PAPERS_FLOPS);
        paper(chart, "paper: a step, on the authors' GPU", PAPERS_STEP);
        return chart;
    }

    private static void paper(XYChart chart, String name, double times) {
        chart.addSeries(name, new double[] {PAPERS_TOKENS}, new double[] {times})
                .setLineStyle(SeriesLines.NONE);
    }

    private static void ratio(XYChart chart, String name, List<Shown> points, String what, boolean pairs) {
        var windows = of(points, what, "windows");
        var dense = of(points, what, "dense");
        var tokens = new ArrayList<Double>();
        var times = new ArrayList<Double>();
        for (var point : windows) {
            dense.stream()
                    .filter(other -> other.tokens() == point.tokens())
                    .findFirst()
                    .ifPresent(other -> {
                        tokens.add(point.tokens());
                        times.add(pairs ? other.pairs() / point.pairs() : other.seconds() / point.seconds());
                    });
        }
        if (!tokens.isEmpty()) {
            chart.addSeries(name, tokens, times);
        }
    }
}
