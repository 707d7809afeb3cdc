package io.mural.bench;

import io.mural.weights.text.JsonObject;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What one size took. In a file of results the newest line of each name counts.
 *
 * @param what of which: {@code attention} of a block, a {@code double} or a {@code single} block
 * @param pattern who sees whom: {@code windows} (with halos and a guide) or {@code dense}
 * @param grid the picture
 * @param pairs that attend
 * @param flops a multiplication and an addition are two
 * @param timing of the repeats; of none when extrapolated
 * @param workspaceBytes the most that activations took at one time; planned when extrapolated
 * @param resident the most that the process had at one time
 */
record ScalingPoint(
        String what,
        String pattern,
        Grid grid,
        long pairs,
        double flops,
        Timing timing,
        long workspaceBytes,
        OptionalLong resident) {

    static final String PREFIX = "scaling:";

    static ScalingPoint extrapolated(
            String what, String pattern, Grid grid, long pairs, double flops, double seconds, long bytes) {
        return new ScalingPoint(
                what,
                pattern,
                grid,
                pairs,
                flops,
                new Timing(0, seconds, seconds, seconds),
                bytes,
                OptionalLong.empty());
    }

    boolean measured() {
        return timing.samples() > 0;
    }

    void append(Results results, String run, int threads) {
        Map<String, Object> more = new LinkedHashMap<>();
        more.put("measured", measured());
        more.put("side", grid.side());
        more.put("tokens", grid.tokens());
        more.put("text_tokens", grid.text());
        more.put("guide_tokens", pattern.equals("dense") ? 0 : grid.guideTokens());
        more.put("pairs", pairs);
        more.put("flops", flops);
        more.put("gflops", Results.rounded(flops / timing.median() / 1e9));
        more.put("workspace_bytes", workspaceBytes);
        resident.ifPresent(bytes -> more.put("resident_bytes", bytes));
        results.append(run, PREFIX + what + ":" + pattern + ":" + grid.side(), "mural", threads, "wall", timing, more);
    }

    /** What the charts show of a line. */
    record Shown(
            String what, String pattern, double tokens, double pairs, double seconds, double bytes, boolean measured) {
        static Shown of(JsonObject entry) {
            var words = entry.string("what").split(":");
            return new Shown(
                    words[1],
                    words[2],
                    entry.number("tokens"),
                    entry.number("pairs"),
                    entry.number("median_s"),
                    entry.number("workspace_bytes"),
                    entry.bool("measured", true));
        }
    }

    /** The newest line of each point of a file, smallest size first. */
    static List<Shown> newest(Results results) {
        Map<String, JsonObject> newest = new LinkedHashMap<>();
        for (var entry : results.read()) {
            if (entry.string("what").startsWith(PREFIX)) {
                newest.put(entry.string("what"), entry);
            }
        }
        return newest.values().stream()
                .map(Shown::of)
                .sorted(Comparator.comparingDouble(Shown::tokens))
                .toList();
    }
}
