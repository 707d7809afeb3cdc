package io.mural.bench;

import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.model.hierarchical.HierarchicalLayout;
import io.mural.model.hierarchical.WindowOrder;
import io.mural.model.sampling.TorchRandom;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.CpuBackend;
import io.mural.weights.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Seconds of attention over the size of a picture: FLUX.1's heads (128 wide), 512 text tokens, windows of 16 tokens with
 * a halo of 8, a guide at a ratio of 4. Dense attention by the same kernel is measured up to a size and extrapolated by
 * its number of pairs beyond.
 *
 * <p>Arguments: heads (24 are FLUX.1's; time is proportional), the largest dense side, a file of results (JSON, a line a
 * measurement), a chart (PNG), then the sides in tokens.
 */
final class Scaling {
    private static final int HEAD_DIM = 128;
    private static final int TEXT = 512;
    /** Tokens a side of 4096 pixels. */
    private static final int LARGE = 256;

    private static final HierarchicalGeometry GEOMETRY = HierarchicalGeometry.FLUX1;

    private Scaling() {}

    /**
     * @param side tokens
     * @param seconds the best of three runs
     * @param measured false when extrapolated
     */
    record Point(String pattern, int side, long pairs, double seconds, boolean measured) {
        Map<String, Object> json(int heads, int threads) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("program", "scaling");
            json.put("pattern", pattern);
            json.put("side", side);
            json.put("tokens", side * side);
            json.put("pairs", pairs);
            json.put("seconds", seconds);
            json.put("measured", measured);
            json.put("gflops", 4e-9 * pairs * heads * HEAD_DIM / seconds);
            json.put("heads", heads);
            json.put("threads", threads);
            json.put("jdk", Runtime.version().toString());
            return json;
        }
    }

    public static void main(String[] args) throws IOException {
        int heads = Integer.parseInt(args[0]);
        int largestDense = Integer.parseInt(args[1]);
        int threads = Runtime.getRuntime().availableProcessors();
        List<Point> points = new ArrayList<>();
        measure("hierarchical", 64, heads, threads); // compiles the kernels
        for (int i = 4; i < args.length; i++) {
            int side = Integer.parseInt(args[i]);
            points.add(measure("hierarchical", side, heads, threads));
            points.add(side <= largestDense ? measure("dense", side, heads, threads) : extrapolated(points, side));
            IO.println(points.get(points.size() - 2));
            IO.println(points.getLast());
        }
        IO.println("exponent of hierarchical seconds over tokens, from 4096 x 4096 pixels on: " + exponent(points));
        var lines = points.stream()
                .map(point -> Json.write(point.json(heads, threads)))
                .toList();
        Files.write(Path.of(args[2]), lines);
        ScalingChart.write(Path.of(args[3]), points);
    }

    private static AttentionLayout layout(String pattern, int side) {
        int guide = GEOMETRY.guideSide(side);
        return pattern.equals("dense")
                ? AttentionLayout.dense(TEXT + side * side, TEXT + side * side)
                : HierarchicalLayout.of(GEOMETRY, TEXT, new WindowOrder(side, side, GEOMETRY.window()), guide, guide)
                        .picture();
    }

    private static Point measure(String pattern, int side, int heads, int threads) {
        var layout = layout(pattern, side);
        try (var ops = new CpuBackend().open("cpu", threads, new Workspace())) {
            var q = random(ops, layout.queries(), heads);
            var k = random(ops, layout.keys(), heads);
            var v = random(ops, layout.keys(), heads);
            double best = Double.POSITIVE_INFINITY;
            for (int run = 0; run < 3; run++) {
                long start = System.nanoTime();
                ops.unit("attention", () -> {
                    float scale = (float) (1 / Math.sqrt(HEAD_DIM));
                    var out = ops.empty(q.rows(), q.cols());
                    ops.attention(out, q, k, v, heads, scale, layout, Optional.empty());
                });
                best = Math.min(best, (System.nanoTime() - start) / 1e9);
            }
            return new Point(pattern, side, layout.pairs(), best, true);
        }
    }

    private static Tensor random(Ops ops, int tokens, int heads) {
        var x = ops.empty(tokens, heads * HEAD_DIM);
        var row = new TorchRandom(tokens).normal(heads * HEAD_DIM);
        for (int i = 0; i < tokens; i++) {
            row[i % row.length] = -row[i % row.length];
            x.writeRow(i, 0, row, 0, row.length);
        }
        return x;
    }

    private static Point extrapolated(List<Point> points, int side) {
        var last = points.stream()
                .filter(point -> point.pattern().equals("dense") && point.measured())
                .reduce((first, second) -> second)
                .orElseThrow(() -> new IllegalArgumentException("no dense side is measured"));
        long pairs = layout("dense", side).pairs();
        return new Point("dense", side, pairs, last.seconds() * pairs / last.pairs(), false);
    }

    /** Slope between the logarithms of tokens and seconds, by least squares. */
    private static double exponent(List<Point> points) {
        var hierarchical = points.stream()
                .filter(point -> point.pattern().equals("hierarchical") && point.side() >= LARGE)
                .toList();
        double meanX = hierarchical.stream().mapToDouble(Scaling::x).average().orElse(Double.NaN);
        double meanY = hierarchical.stream().mapToDouble(Scaling::y).average().orElse(Double.NaN);
        double covariance = 0;
        double variance = 0;
        for (var point : hierarchical) {
            covariance += (x(point) - meanX) * (y(point) - meanY);
            variance += (x(point) - meanX) * (x(point) - meanX);
        }
        return covariance / variance;
    }

    private static double x(Point point) {
        return Math.log((double) point.side() * point.side());
    }

    private static double y(Point point) {
        return Math.log(point.seconds());
    }
}
