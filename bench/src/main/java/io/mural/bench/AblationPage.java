package io.mural.bench;

import io.mural.weights.text.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Tables and charts of {@link Ablation} in {@code docs/evaluation.md}, as the newest run found them. */
final class AblationPage {
    private static final String BEGIN = "<!-- written by bench/run evaluation -->";
    private static final String END = "<!-- to here -->";
    /** arXiv 2510.16325, table 4: decibels by skipped of 28 steps, FLUX.1 at 4096 x 4096. */
    static final Map<Integer, Double> PAPERS_PSNR = Map.of(4, 28.78, 8, 28.74, 10, 28.70, 14, 27.43, 18, 26.43);

    private final Map<String, JsonObject> newest = new LinkedHashMap<>();
    private final List<String> lines = new ArrayList<>();

    /** @param entries of several runs; the last one counts */
    AblationPage(List<JsonObject> entries) {
        var run = entries.getLast().string("run");
        for (var entry : entries) {
            if (entry.string("run").equals(run)) {
                newest.put(entry.string("what"), entry);
            }
        }
    }

    /** What skipping so many steps gave. */
    record Skip(int skipped, Optional<Double> psnr, double time, double processor) {}

    /**
     * What a geometry gave.
     *
     * @param psnr to dense attention; empty for dense attention itself
     * @param time of denoising over dense attention's
     */
    record Geometry(
            int window,
            int ratio,
            int halo,
            Optional<Double> psnr,
            double time,
            double seam,
            int failed,
            int pictures) {}

    List<Skip> skips() {
        return of("evaluation:skip:").stream()
                .map(entry -> new Skip(
                        entry.integer("skipped"),
                        psnr(entry),
                        entry.number("time_ratio"),
                        entry.number("processor_ratio")))
                .sorted(Comparator.comparingInt(Skip::skipped))
                .toList();
    }

    List<Geometry> geometries() {
        return of("evaluation:window:").stream()
                .map(entry -> new Geometry(
                        entry.integer("window"),
                        entry.integer("ratio"),
                        entry.integer("halo"),
                        psnr(entry),
                        entry.number("time_ratio"),
                        entry.number("seam"),
                        entry.integer("gate_failed"),
                        entry.integer("pictures")))
                .sorted(Comparator.comparingInt(Geometry::ratio)
                        .thenComparingInt(Geometry::window)
                        .thenComparingInt(Geometry::halo))
                .toList();
    }

    private static Optional<Double> psnr(JsonObject entry) {
        return entry.has("psnr_db") ? Optional.of(entry.number("psnr_db")) : Optional.empty();
    }

    private List<JsonObject> of(String prefix) {
        return newest.values().stream()
                .filter(entry -> entry.string("what").startsWith(prefix))
                .toList();
    }

    /** Bands of rows of each picture, by the way it was made. */
    Map<String, double[]> layouts() {
        Map<String, double[]> bands = new LinkedHashMap<>();
        for (var entry : of("evaluation:layout:")) {
            bands.put(entry.string("what").substring("evaluation:layout:".length()), entry.numbers("bands_rows_each"));
        }
        return bands;
    }

    void write(Path docs) throws IOException {
        AblationChart.write(docs.resolve("images"), this);
        skipping();
        windows();
        bands();
        var page = docs.resolve("evaluation.md");
        var text = Files.readString(page);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END, Math.max(begin, 0));
        if (begin < 0 || end < begin) {
            throw new IllegalStateException(page + " has no place for the tables: " + BEGIN + " and " + END);
        }
        var tables = String.join("\n", lines);
        Files.writeString(page, text.substring(0, begin + BEGIN.length()) + "\n" + tables + "\n" + text.substring(end));
        IO.println(tables);
    }

    private void line(String format, Object... values) {
        lines.add(String.format(Locale.ROOT, format, values));
    }

    private void skipping() {
        lines.add("");
        lines.add("### Skipped steps");
        lines.add("");
        line(
                "Pictures of %1$d x %1$d pixels over a base of 256 x 256, 28 steps. After an unmeasured picture, all",
                sideOf("evaluation:skip:"));
        lines.add("settings are made in turns, several times each; times are medians, of denoising the last level, over"
                + " the");
        lines.add("median of all 28 steps.");
        lines.add("");
        lines.add("![PSNR and time over skipped steps](images/evaluation-skip.png)");
        lines.add("");
        lines.add("| skipped of 28 | PSNR to all 28 | the paper's, FLUX.1 at 4096 x 4096 | time | processor time |");
        lines.add("|---|---|---|---|---|");
        for (var skip : skips()) {
            line(
                    "| %d | %s | %s | %.2f | %.2f |",
                    skip.skipped(),
                    decibels(skip.psnr()),
                    decibels(Optional.ofNullable(PAPERS_PSNR.get(skip.skipped()))),
                    skip.time(),
                    skip.processor());
        }
        lines.add("");
    }

    private int sideOf(String prefix) {
        return of(prefix).getFirst().integer("pixels");
    }

    private static String decibels(Optional<Double> psnr) {
        return psnr.map(value -> String.format(Locale.ROOT, "%.2f dB", value)).orElse("");
    }

    private void windows() {
        lines.add("### Windows, halos, ratios");
        lines.add("");
        line(
                "Pictures of %1$d x %1$d, which grow from the same smaller picture, half or a quarter of that on a"
                        + " side, as",
                sideOf("evaluation:window:"));
        lines.add(
                "`mural upscale` does. One window over all tokens is dense attention, and all others are compared with"
                        + " it. The");
        lines.add("gate looks for seams at the windows' borders; in dense pictures, at those of the usual windows of 4"
                + " tokens.");
        lines.add("");
        lines.add("![PSNR and seams over windows and halos](images/evaluation-windows.png)");
        lines.add("");
        lines.add("| ratio | window, tokens | halo, tokens | PSNR to dense attention | time | seam | gate failed |");
        lines.add("|---|---|---|---|---|---|---|");
        for (var of : geometries()) {
            boolean dense = of.psnr().isEmpty();
            line(
                    "| %d | %s | %s | %s | %.2f | %.2f | %d of %d |",
                    of.ratio(),
                    dense ? "all" : String.valueOf(of.window()),
                    dense ? "" : String.valueOf(of.halo()),
                    decibels(of.psnr()),
                    of.time(),
                    of.seam(),
                    of.failed(),
                    of.pictures());
        }
        lines.add("");
    }

    private void bands() {
        lines.add("### Level by level and at once");
        lines.add("");
        lines.add("By `mural generate`, with levels and with `--no-hierarchy`.");
        lines.add("");
        lines.add("![Bands of every picture](images/evaluation-bands.png)");
        lines.add("");
        lines.add("| made | bands of rows, mean | smallest and largest | gate failed |");
        lines.add("|---|---|---|---|");
        for (var way : List.of("base", "levels", "at-once")) {
            var entry = newest.get("evaluation:layout:" + way);
            var each = entry.numbers("bands_rows_each");
            line(
                    "| %s | %.2f | %.2f to %.2f | %s |",
                    AblationChart.words(way),
                    entry.number("bands_rows"),
                    Arrays.stream(each).min().orElseThrow(),
                    Arrays.stream(each).max().orElseThrow(),
                    way.equals("base") ? "" : entry.integer("gate_failed") + " of " + each.length);
        }
        lines.add("");
    }
}
