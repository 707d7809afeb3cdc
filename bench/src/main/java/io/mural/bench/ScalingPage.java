package io.mural.bench;

import io.mural.bench.ScalingPoint.Shown;
import io.mural.weights.text.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The tables of a page in {@code docs}, between two marks, as the newest measurements have them. */
final class ScalingPage {
    private static final String BEGIN = "<!-- written by bench/run scaling -->";
    private static final String END = "<!-- to here -->";
    /** Tokens of 4096 x 4096 and of 8192 x 8192 pixels. */
    private static final double FROM = 256 * 256;

    private static final double TO = 512 * 512;

    private final List<Shown> points;
    private final Results results;
    private final Results guidance;
    private final List<String> lines = new ArrayList<>();

    /** @param guidance what {@link GuidanceCost} measured */
    ScalingPage(List<Shown> points, Results results, Results guidance) {
        this.points = points;
        this.results = results;
        this.guidance = guidance;
    }

    void write(Path page) throws IOException {
        blocks();
        exponents();
        pictures();
        guidance();
        var text = Files.readString(page);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END, Math.max(begin, 0)); // the page has other tables with marks like these
        if (begin < 0 || end < begin) {
            throw new IllegalStateException(page + " has no place for the tables: " + BEGIN + " and " + END);
        }
        var tables = String.join("\n", lines);
        Files.writeString(page, text.substring(0, begin + BEGIN.length()) + "\n" + tables + "\n" + text.substring(end));
        IO.println(tables);
    }

    private void blocks() {
        lines.add("");
        lines.add("![Seconds over tokens](images/scaling-seconds.png)");
        lines.add("![How many times less than dense attention](images/scaling-saving.png)");
        lines.add("");
        lines.add("| pixels | tokens | pairs, dense over windows | attention, windows | attention, dense"
                + " | double block, windows | double block, dense | single block, windows | activations |");
        lines.add("|---|---|---|---|---|---|---|---|---|");
        for (var windows : of("attention", "windows")) {
            double tokens = windows.tokens();
            int side = (int) Math.round(16 * Math.sqrt(tokens));
            at("attention", "dense", tokens)
                    .ifPresent(dense -> lines.add(String.format(
                            Locale.ROOT,
                            "| %d x %d | %,d | %.1f | %s | %s | %s | %s | %s | %s |",
                            side,
                            side,
                            (long) tokens,
                            dense.pairs() / windows.pairs(),
                            seconds(Optional.of(windows)),
                            seconds(Optional.of(dense)),
                            seconds(at("double", "windows", tokens)),
                            seconds(at("double", "dense", tokens)),
                            seconds(at("single", "windows", tokens)),
                            at("double", "windows", tokens)
                                    .map(block -> String.format(Locale.ROOT, "%.1f GiB", block.bytes() / (1 << 30)))
                                    .orElse(""))));
        }
        lines.add("");
    }

    private static String seconds(Optional<Shown> point) {
        return point.map(shown -> String.format(
                        Locale.ROOT,
                        shown.measured() ? "%s s" : "(%s s)",
                        String.format(Locale.ROOT, shown.seconds() < 10 ? "%.2f" : "%.0f", shown.seconds())))
                .orElse("");
    }

    private void exponents() {
        for (var what : List.of("attention", "double")) {
            for (var pattern : List.of("windows", "dense")) {
                exponent(what, pattern)
                        .ifPresent(exponent -> lines.add(String.format(
                                Locale.ROOT,
                                "* From 4096 to 8192 pixels seconds of %s with %s grow with the power %.2f of the tokens%s.",
                                what.equals("double") ? "a double block" : what,
                                pattern.equals("dense") ? "dense attention" : pattern,
                                exponent,
                                measured(what, pattern) ? "" : " (extrapolated)")));
            }
        }
        lines.add("");
    }

    private boolean measured(String what, String pattern) {
        return at(what, pattern, FROM).orElseThrow().measured()
                && at(what, pattern, TO).orElseThrow().measured();
    }

    /** Slope between the logarithms of tokens and seconds: 1 is linear, 2 quadratic. */
    private OptionalDouble exponent(String what, String pattern) {
        var from = at(what, pattern, FROM);
        var to = at(what, pattern, TO);
        return from.isEmpty() || to.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(Math.log(to.get().seconds() / from.get().seconds()) / Math.log(TO / FROM));
    }

    private void pictures() {
        Map<Integer, JsonObject> newest = new LinkedHashMap<>();
        for (var entry : results.read()) {
            if (entry.string("what").startsWith("picture:nano:")) {
                newest.put(entry.integer("pixels"), entry);
            }
        }
        lines.add("| embedded model, pixels | picture | a step of the last level | decoding | activations |");
        lines.add("|---|---|---|---|---|");
        newest.keySet().stream()
                .sorted()
                .map(newest::get)
                .forEach(entry -> lines.add(String.format(
                        Locale.ROOT,
                        "| %d x %d | %.1f s | %.3f s | %.2f s | %d MiB |",
                        entry.integer("pixels"),
                        entry.integer("pixels"),
                        entry.number("picture_s"),
                        entry.number("median_s"),
                        entry.number("decode_s"),
                        (long) entry.number("workspace_bytes") >> 20)));
        lines.add("");
    }

    /** Steps with a kept guide beside steps without one. */
    private void guidance() {
        if (!guidance.exists()) {
            return;
        }
        Map<String, JsonObject> newest = new LinkedHashMap<>();
        for (var entry : guidance.read()) {
            if (entry.has("ratio")) {
                newest.put(entry.string("what"), entry);
            }
        }
        for (var entry : newest.values()) {
            var quartiles = entry.numbers("ratio_quartiles");
            lines.add(String.format(
                    Locale.ROOT,
                    "* %s, %d x %d tokens: from the second step on, a step with a kept guide takes %.3f times a step"
                            + " without any (%.3f to %.3f).",
                    entry.string("what").contains(":nano:") ? "The embedded model" : "Blocks of real width",
                    entry.integer("side"),
                    entry.integer("side"),
                    entry.number("ratio"),
                    quartiles[0],
                    quartiles[1]));
        }
        lines.add("");
    }

    private List<Shown> of(String what, String pattern) {
        return points.stream()
                .filter(point -> point.what().equals(what) && point.pattern().equals(pattern))
                .toList();
    }

    private Optional<Shown> at(String what, String pattern, double tokens) {
        return of(what, pattern).stream()
                .filter(point -> point.tokens() == tokens)
                .findFirst();
    }
}
