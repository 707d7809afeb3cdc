package io.mural.bench;

import io.mural.weights.text.JsonObject;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The table and the chart of what parts of a picture take beside the whole. */
final class RegionsPage {
    private static final String BEGIN = "<!-- written by bench/run regions -->";
    private static final String END = "<!-- to here -->";
    private static final int PERCENT = 100;

    private RegionsPage() {}

    /** @param found smallest part first, the whole picture's run last */
    static void write(Path page, Path images, List<JsonObject> found) throws IOException {
        Files.write(images.resolve("regions.png"), ChartEncoder.getBytes(chart(found), "png"));
        var text = Files.readString(page);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END, Math.max(begin, 0));
        if (begin < 0 || end < begin) {
            throw new IllegalStateException(page + " has no place for the table: " + BEGIN + " and " + END);
        }
        var table = String.join("\n", table(found));
        Files.writeString(page, text.substring(0, begin + BEGIN.length()) + "\n" + table + "\n" + text.substring(end));
        IO.println(table);
    }

    private static List<String> table(List<JsonObject> found) {
        var whole = found.getLast();
        var lines = new ArrayList<>(List.of(
                "",
                "| part of " + Regions.SIDE + " x " + Regions.SIDE
                        + " pixels | operations | seconds | of the whole | steps | autoencoder | activations |"
                        + " resident |",
                "|---|---|---|---|---|---|---|---|"));
        for (var entry : found) {
            lines.add(String.format(
                    Locale.ROOT,
                    "| %s | %.1f TFLOP | %.0f s | %.0f %% | %.0f s | %.0f s | %d MiB | %d MiB |",
                    entry == whole
                            ? "made as a whole"
                            : String.format(Locale.ROOT, "%.0f %%", PERCENT * entry.number("share")),
                    entry.number("flops") / 1e12,
                    entry.number("median_s"),
                    PERCENT * entry.number("median_s") / whole.number("median_s"),
                    entry.number("denoise_s"),
                    entry.number("encode_s", 0) + entry.number("decode_s"),
                    (long) entry.number("workspace_bytes") >> 20,
                    (long) entry.number("resident_bytes", 0) >> 20));
        }
        lines.add("");
        return lines;
    }

    private static XYChart chart(List<JsonObject> found) {
        var chart = new XYChartBuilder()
                .width(900)
                .height(480)
                .title("A part of " + Regions.SIDE + " x " + Regions.SIDE + " pixels, painted anew")
                .xAxisTitle("part of the picture, %")
                .yAxisTitle("of the whole picture's run, %")
                .build();
        chart.getStyler().setLegendPosition(LegendPosition.InsideNW);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        add(chart, "seconds", found, entry -> entry.number("median_s"));
        add(chart, "operations", found, entry -> entry.number("flops"));
        add(chart, "activations", found, entry -> entry.number("workspace_bytes"));
        add(chart, "resident memory", found, entry -> entry.number("resident_bytes", 0));
        return chart;
    }

    private static void add(XYChart chart, String name, List<JsonObject> found, ToDoubleFunction<JsonObject> value) {
        double whole = value.applyAsDouble(found.getLast());
        chart.addSeries(
                name,
                found.stream()
                        .mapToDouble(entry -> PERCENT * entry.number("share"))
                        .toArray(),
                found.stream()
                        .mapToDouble(entry -> PERCENT * value.applyAsDouble(entry) / whole)
                        .toArray());
    }
}
