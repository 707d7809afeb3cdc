package io.mural.bench;

import io.mural.weights.text.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Shows files of results as tables: {@code Table FILE...}, all runs, the newest last. */
public final class Table {
    private Table() {}

    public static void main(String[] args) {
        for (var file : args) {
            var entries = new Results(Path.of(file)).read();
            for (var run : entries.stream().map(e -> e.string("run")).distinct().toList()) {
                print(entries, run);
            }
        }
    }

    /** The measurements of one run, and how the others compare with mural there. */
    static void print(List<JsonObject> entries, String run) {
        var rows = new ArrayList<String[]>();
        rows.add(new String[] {"what", "engine", "threads", "median ms", "spread", "GFLOP/s", "of peak", "mural is"});
        JsonObject first = null;
        for (var entry : entries) {
            if (!entry.string("run").equals(run)) {
                continue;
            }
            first = first == null ? entry : first;
            var quartiles = entry.numbers("quartiles_s");
            double median = entry.number("median_s");
            rows.add(new String[] {
                entry.string("what"),
                entry.string("engine"),
                Integer.toString(entry.integer("threads")),
                "%.3f".formatted(median * 1e3),
                "%.1f %%".formatted(100 * (quartiles[1] - quartiles[0]) / median),
                entry.has("gflops") ? "%.1f".formatted(entry.number("gflops")) : "",
                entry.has("peak_gflops") && entry.has("gflops")
                        ? "%.0f %%".formatted(100 * entry.number("gflops") / entry.number("peak_gflops"))
                        : "",
                entry.has("mural_ratio")
                        ? "%.2f x (%.2f to %.2f)"
                                .formatted(
                                        entry.number("mural_ratio"),
                                        entry.numbers("mural_ratio_quartiles")[0],
                                        entry.numbers("mural_ratio_quartiles")[1])
                        : ""
            });
        }
        if (first == null) {
            throw new IllegalArgumentException("no measurements of run " + run);
        }
        System.out.println("run " + run + ", commit " + first.string("commit") + ", JDK " + first.string("jdk") + ", "
                + first.string("machine") + ", " + first.string("clock") + " clock"
                + (first.has("peak_gflops")
                        ? ", peak " + first.number("peak_gflops") + " GFLOP/s and " + first.number("memory_gbs")
                                + " GB/s"
                        : ""));
        print(rows);
    }

    private static void print(List<String[]> rows) {
        int columns = rows.getFirst().length;
        var widths = new int[columns];
        for (var row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        for (var row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                var padding = " ".repeat(widths[i] - row[i].length());
                line.append(i < 2 ? row[i] + padding : padding + row[i]).append("  ");
            }
            System.out.println(line.toString().stripTrailing());
        }
        System.out.println();
    }
}
