package io.mural.bench;

import io.mural.weights.text.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** Rewrites the table of {@code docs/performance.md}: of every piece of work the newest run beside its peers. */
public final class VersusPage {
    private static final Path RESULTS = Path.of("bench", "results", "versus.jsonl");
    private static final Path PAGE = Path.of("docs", "performance.md");
    private static final String BEGIN = "<!-- bench/run page writes from here -->\n";
    private static final String END = "<!-- to here -->\n";
    private static final String MURAL = "mural";

    private VersusPage() {}

    public static void main(String[] args) {
        try {
            var text = Files.readString(PAGE);
            int begin = text.indexOf(BEGIN);
            int end = text.indexOf(END);
            if (begin < 0 || end < begin) {
                throw new IllegalStateException(PAGE + " has no place for the table, between " + BEGIN + " and " + END);
            }
            var table = table(new Results(RESULTS).read());
            Files.writeString(PAGE, text.substring(0, begin) + BEGIN + "\n" + table + "\n" + text.substring(end));
        } catch (IOException e) {
            throw new UncheckedIOException(PAGE + " cannot be rewritten", e);
        }
    }

    /** Of several runs of the same work, threads and peers the last counts. */
    private static String table(List<JsonObject> entries) {
        Map<String, JsonObject> newest = new LinkedHashMap<>();
        var runs = new LinkedHashMap<String, JsonObject>();
        for (var entry : entries) {
            var key = entry.string("what") + " " + entry.integer("threads") + " ";
            // Ratios belong to the run they come from, and so do mural's own figures.
            if (entry.string("engine").equals(MURAL)) {
                newest.keySet().removeIf(other -> other.startsWith(key) && !isOf(newest.get(other), entry));
            }
            newest.put(key + entry.string("engine"), entry);
        }
        var lines = new ArrayList<String>();
        lines.add("| work | threads | mural | of peak | beside | ratio (above 1: mural is faster) |");
        lines.add("|---|---|---|---|---|---|");
        for (var entry : newest.values()) {
            runs.putIfAbsent(entry.string("run"), entry);
            lines.add(row(entry));
        }
        return String.join("\n", lines) + "\n\n"
                + machines(runs.values().stream().toList());
    }

    private static boolean isOf(JsonObject entry, JsonObject run) {
        return entry.string("run").equals(run.string("run"));
    }

    private static String row(JsonObject entry) {
        if (entry.string("engine").equals(MURAL)) {
            var quartiles = entry.numbers("quartiles_s");
            double median = entry.number("median_s");
            var speed = entry.has("gflops")
                    ? number(
                            " %.1f GFLOP/s | %.0f %%",
                            entry.number("gflops"), 100 * entry.number("gflops") / entry.number("peak_gflops"))
                    : number(" %.2f s | ", median);
            return "| `" + entry.string("what") + "` | " + entry.integer("threads") + " |" + speed + " | | "
                    + number("spread %.1f %%", 100 * (quartiles[1] - quartiles[0]) / median) + " |";
        }
        var ratios = new ArrayList<String>();
        for (var way : List.of("mural", "mural_bf16", "mural_int8")) {
            if (entry.has(way + "_ratio")) {
                var quartiles = entry.numbers(way + "_ratio_quartiles");
                ratios.add((way.equals("mural") ? "" : way.substring("mural_".length()) + ": ")
                        + number("%.2f (%.2f to %.2f)", entry.number(way + "_ratio"), quartiles[0], quartiles[1]));
            }
        }
        return "| | | | | " + entry.string("engine") + ", " + entry.string("version") + " | "
                + String.join("; ", ratios) + " |";
    }

    private static String machines(List<JsonObject> runs) {
        var lines = new TreeSet<String>();
        for (var run : runs) {
            lines.add(number(
                    "%s, JDK %s, commit %s: peak %.1f GFLOP/s, memory %.1f GB/s",
                    run.string("machine"),
                    run.string("jdk"),
                    run.string("commit"),
                    run.number("peak_gflops"),
                    run.number("memory_gbs")));
        }
        return "Measured on: " + String.join("; ", lines) + ".\n";
    }

    private static String number(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
