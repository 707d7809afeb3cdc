package io.mural.bench;

import io.mural.bench.Scaling.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;

/** Seconds over tokens, both logarithmic. */
final class ScalingChart {
    private ScalingChart() {}

    static void write(Path file, List<Point> points) throws IOException {
        var chart = new XYChartBuilder()
                .width(800)
                .height(500)
                .title("Attention of one layer")
                .xAxisTitle("tokens of the picture")
                .yAxisTitle("seconds")
                .build();
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        add(chart, "hierarchical", points, "hierarchical", true);
        add(chart, "dense, measured", points, "dense", true);
        add(chart, "dense, extrapolated", points, "dense", false);
        Files.write(file, ChartEncoder.getBytes(chart, "png"));
    }

    private static void add(XYChart chart, String name, List<Point> points, String pattern, boolean measured) {
        var shown = points.stream()
                .filter(point -> point.pattern().equals(pattern) && point.measured() == measured)
                .toList();
        if (!shown.isEmpty()) {
            chart.addSeries(
                    name,
                    shown.stream()
                            .mapToDouble(point -> point.side() * (double) point.side())
                            .toArray(),
                    shown.stream().mapToDouble(Point::seconds).toArray());
        }
    }
}
