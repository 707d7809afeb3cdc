package io.mural.bench;

import io.mural.bench.AblationPage.Geometry;
import io.mural.bench.AblationPage.Skip;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;

/** The charts of {@link AblationPage}: two beside each other in a file. */
final class AblationChart {
    private static final int WIDTH = 620;
    private static final int HEIGHT = 440;

    private AblationChart() {}

    static void write(Path folder, AblationPage page) throws IOException {
        save(folder.resolve("evaluation-skip.png"), psnr(page.skips()), time(page.skips()));
        var compared =
                page.geometries().stream().filter(of -> of.psnr().isPresent()).toList();
        save(
                folder.resolve("evaluation-windows.png"),
                windows(
                        compared,
                        "PSNR to dense attention",
                        "dB",
                        of -> of.psnr().orElseThrow()),
                windows(compared, "Seam at the window's borders", "times the steps inside", Geometry::seam));
        save(folder.resolve("evaluation-bands.png"), bands(page));
    }

    private static XYChart chart(String title, String x, String y) {
        var chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        return chart;
    }

    private static XYChart psnr(List<Skip> skips) {
        var chart = chart("PSNR to the picture of all 28 steps", "steps skipped", "dB");
        var compared = skips.stream().filter(skip -> skip.psnr().isPresent()).toList();
        if (compared.isEmpty()) {
            return chart;
        }
        var x = compared.stream().mapToDouble(Skip::skipped).toArray();
        chart.addSeries(
                "the embedded model, 512 x 512",
                x,
                compared.stream().mapToDouble(skip -> skip.psnr().orElseThrow()).toArray());
        chart.addSeries(
                "the paper: FLUX.1, 4096 x 4096",
                x,
                compared.stream()
                        .mapToDouble(skip -> AblationPage.PAPERS_PSNR.get(skip.skipped()))
                        .toArray());
        return chart;
    }

    private static XYChart time(List<Skip> skips) {
        var chart = chart("Time over that of all 28 steps", "steps skipped", "times");
        var x = skips.stream().mapToDouble(Skip::skipped).toArray();
        chart.addSeries(
                "processor", x, skips.stream().mapToDouble(Skip::processor).toArray());
        chart.addSeries("clock", x, skips.stream().mapToDouble(Skip::time).toArray());
        chart.addSeries(
                        "steps kept",
                        x,
                        skips.stream()
                                .mapToDouble(skip -> 1 - skip.skipped() / 28.0)
                                .toArray())
                .setLineStyle(SeriesLines.DASH_DASH);
        chart.getStyler().setYAxisMin(0.0);
        return chart;
    }

    private static XYChart windows(List<Geometry> all, String title, String y, ToDoubleFunction<Geometry> value) {
        var chart = chart(title, "tokens", y);
        for (int ratio : all.stream().mapToInt(Geometry::ratio).distinct().toArray()) {
            add(
                    chart,
                    "windows, halo 2, ratio " + ratio,
                    all,
                    of -> of.ratio() == ratio && of.halo() == Ablation.USUAL_HALO,
                    Geometry::window,
                    value);
            add(
                    chart,
                    "halos, window 4, ratio " + ratio,
                    all,
                    of -> of.ratio() == ratio && of.window() == Ablation.USUAL_WINDOW,
                    Geometry::halo,
                    value);
        }
        return chart;
    }

    private static void add(
            XYChart chart,
            String name,
            List<Geometry> all,
            Predicate<Geometry> which,
            ToIntFunction<Geometry> x,
            ToDoubleFunction<Geometry> y) {
        var shown = all.stream().filter(which).toList();
        chart.addSeries(
                name,
                shown.stream().mapToDouble(x::applyAsInt).toArray(),
                shown.stream().mapToDouble(y).toArray());
    }

    private static XYChart bands(AblationPage page) {
        var chart = chart("How far rows repeat; 0.6 fails", "picture", "correlation of rows");
        page.layouts()
                .forEach((way, each) -> chart.addSeries(
                                words(way),
                                IntStream.rangeClosed(1, each.length)
                                        .mapToDouble(number -> number)
                                        .toArray(),
                                each)
                        .setLineStyle(SeriesLines.NONE));
        int most = page.layouts().values().stream()
                .mapToInt(each -> each.length)
                .max()
                .orElse(1);
        chart.addSeries("gate", new double[] {1, most}, new double[] {0.6, 0.6}).setLineStyle(SeriesLines.DASH_DASH);
        return chart;
    }

    static String words(String way) {
        return switch (way) {
            case "base" -> "the base, 256 x 256";
            case "levels" -> "level by level, 768 x 768";
            default -> "at once, 768 x 768";
        };
    }

    private static void save(Path file, XYChart... charts) throws IOException {
        var whole = new BufferedImage(charts.length * WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        var canvas = whole.createGraphics();
        for (int i = 0; i < charts.length; i++) {
            var place = (Graphics2D) canvas.create(i * WIDTH, 0, WIDTH, HEIGHT);
            charts[i].paint(place, WIDTH, HEIGHT);
            place.dispose();
        }
        canvas.dispose();
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(whole, "png", bytes);
        Files.write(file, bytes.toByteArray());
    }
}
