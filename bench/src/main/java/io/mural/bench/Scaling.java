package io.mural.bench;

import io.mural.bench.ScalingPoint.Shown;
import io.mural.model.flux1.Flux1Transformer;
import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.PlanOps;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.VectorOps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Seconds, operations and memory of FLUX.1's blocks at their own width over the size of a picture: windows with halos
 * and a guide, as published, beside dense attention by the same kernel. Every point is appended to
 * {@code bench/results/scaling.jsonl} as soon as it is measured; what is too long for the time given is extrapolated and
 * says so. The charts in {@code docs/images} and the tables in {@code docs/performance.md} show the newest line of each
 * point.
 */
@Command(name = "scaling", sortOptions = false)
public final class Scaling implements Runnable {
    private static final HierarchicalGeometry GEOMETRY = HierarchicalGeometry.FLUX1;

    @Option(names = "--sizes", split = ",", description = "Sides in tokens of 16 pixels.")
    private List<Integer> sizes = List.of(64, 128, 192, 256, 384, 512);

    @Option(names = "--dense-to", description = "The largest side that dense attention is measured at.")
    private int denseTo = 192;

    @Option(names = "--blocks-to", description = "The largest side that whole blocks are measured at.")
    private int blocksTo = 256;

    @Option(names = "--dense-blocks-to", description = "The same of blocks with dense attention.")
    private int denseBlocksTo = 128;

    @Option(names = "--repeats", description = "Measurements of a point; of those beyond half a minute there is one.")
    private int repeats = 3;

    @Option(names = "--threads")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--pictures", split = ",", description = "Sides in pixels of whole pictures by the embedded model.")
    private List<Integer> pictures = List.of(256, 512, 1024, 2048);

    @Option(names = "--charts", description = "Measures nothing and shows what was measured.")
    private boolean charts;

    private final Results results = new Results(Path.of("bench", "results", "scaling.jsonl"));
    private final String run = Results.newRun();

    public static void main(String[] args) {
        System.exit(new CommandLine(new Scaling()).execute(args));
    }

    @Override
    public void run() {
        if (!charts) {
            measure();
        }
        var points = ScalingPoint.newest(results);
        try {
            ScalingChart.write(Path.of("docs", "images"), points);
            new ScalingPage(points, results, new Results(GuidanceCost.FILE)).write(Path.of("docs", "performance.md"));
        } catch (IOException e) {
            throw new UncheckedIOException("the charts and their page cannot be written", e);
        }
    }

    private void measure() {
        if (!sizes.isEmpty()) {
            try (var blocks = new RealWidth()) {
                warmUp(blocks);
                for (int side : sizes) {
                    var grid = new Grid(GEOMETRY, RealWidth.TEXT, side);
                    attention("windows", grid, grid.hierarchical());
                    attention("dense", grid, grid.dense());
                    blocks("windows", grid, blocks, BlockPass::hierarchical, blocksTo);
                    blocks("dense", grid, blocks, BlockPass::dense, denseBlocksTo);
                }
            }
        }
        for (int side : pictures) {
            new NanoPicture(side, threads).measure(results, run);
        }
    }

    /** Compiles the kernels. */
    private void warmUp(RealWidth blocks) {
        var grid = new Grid(GEOMETRY, RealWidth.TEXT, GEOMETRY.window() * 2);
        try (var ops = new VectorOps(new Workspace(), threads)) {
            var pass = new BlockPass(ops, blocks.guided(), grid);
            var context = pass.hierarchical();
            for (int i = 0; i < 3; i++) {
                pass.run(context);
            }
        }
    }

    private void attention(String pattern, Grid grid, AttentionLayout layout) {
        double flops = 4.0 * layout.pairs() * RealWidth.HIDDEN;
        if (pattern.equals("dense") && grid.side() > denseTo) {
            extrapolated("attention", pattern, grid, layout, flops, attentionBytes(grid, layout));
            return;
        }
        ResidentMemory.reset();
        try (var ops = new VectorOps(new Workspace(), threads)) {
            var pass = new AttentionPass(ops, layout, grid.text(), RealWidth.HEADS, RealWidth.HEAD_DIM);
            var timing = repeated(pass::run);
            add(new ScalingPoint(
                    "attention",
                    pattern,
                    grid,
                    layout.pairs(),
                    flops,
                    timing,
                    ops.workspace().reservedBytes(),
                    ResidentMemory.peak()));
        }
    }

    private void blocks(
            String pattern,
            Grid grid,
            RealWidth blocks,
            Function<BlockPass, Flux1Transformer.Context> context,
            int largest) {
        var layout = pattern.equals("dense") ? grid.dense() : grid.hierarchical();
        double flops = RealWidth.blockFlops(layout, grid.text() + grid.tokens());
        if (grid.side() > largest) {
            long bytes = BlockPass.plannedBytes(blocks.guided(), grid, pattern.equals("dense"));
            extrapolated("double", pattern, grid, layout, flops, bytes);
            extrapolated("single", pattern, grid, layout, flops, bytes);
            return;
        }
        ResidentMemory.reset();
        try (var ops = new VectorOps(new Workspace(), threads)) {
            var pass = new BlockPass(ops, blocks.guided(), grid);
            var given = context.apply(pass);
            var seconds = new ArrayList<BlockPass.Seconds>();
            repeated(() -> {
                seconds.add(pass.run(given));
                return seconds.getLast().all();
            });
            long bytes = ops.workspace().reservedBytes();
            var resident = ResidentMemory.peak();
            var first = Timing.of(
                    seconds.stream().mapToDouble(BlockPass.Seconds::doubleBlock).toArray());
            var second = Timing.of(
                    seconds.stream().mapToDouble(BlockPass.Seconds::singleBlock).toArray());
            add(new ScalingPoint("double", pattern, grid, layout.pairs(), flops, first, bytes, resident));
            add(new ScalingPoint("single", pattern, grid, layout.pairs(), flops, second, bytes, resident));
        }
    }

    private Timing repeated(DoubleSupplier work) {
        var seconds = new ArrayList<Double>();
        do {
            seconds.add(work.getAsDouble());
        } while (seconds.size() < repeats && seconds.getLast() < 30);
        return Timing.of(seconds.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** From the largest measured size: attention in proportion to its pairs, the rest of a block to its tokens. */
    private void extrapolated(
            String what, String pattern, Grid grid, AttentionLayout layout, double flops, long bytes) {
        var points = ScalingPoint.newest(results);
        var attention = last(points, "attention", pattern, grid);
        double seconds = attention.seconds() * layout.pairs() / attention.pairs();
        if (!what.equals("attention")) {
            var block = last(points, what, "windows", grid);
            var own = at(points, "attention", "windows", block.tokens());
            double rest = block.seconds() - own.seconds();
            seconds += rest * (grid.text() + grid.tokens()) / (grid.text() + block.tokens());
        }
        add(ScalingPoint.extrapolated(what, pattern, grid, layout.pairs(), flops, seconds, bytes));
    }

    private static long attentionBytes(Grid grid, AttentionLayout layout) {
        try (var plan = new PlanOps()) {
            AttentionPass.plan(plan, grid.text(), layout, RealWidth.HIDDEN);
            return plan.bytes();
        }
    }

    private static Shown last(List<Shown> points, String what, String pattern, Grid grid) {
        return points.stream()
                .filter(point -> point.what().equals(what)
                        && point.pattern().equals(pattern)
                        && point.measured()
                        && point.tokens() <= grid.tokens())
                .reduce((smaller, larger) -> larger)
                .orElseThrow(() -> new IllegalStateException("nothing to extrapolate " + what + " with " + pattern
                        + " to " + grid.side() + " x " + grid.side() + " tokens from: measure a smaller size first"));
    }

    private static Shown at(List<Shown> points, String what, String pattern, double tokens) {
        return points.stream()
                .filter(point ->
                        point.what().equals(what) && point.pattern().equals(pattern) && point.tokens() == tokens)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(what + " with " + pattern + " at " + tokens
                        + " tokens is not measured: give its side to --sizes"));
    }

    private void add(ScalingPoint point) {
        point.append(results, run, threads);
        System.out.printf(
                Locale.ROOT,
                "%-9s %-7s %3d x %3d tokens: %9.3f s%s, %8.2f TFLOP, %6.1f GFLOP/s, %5.2f GiB of activations%n",
                point.what(),
                point.pattern(),
                point.grid().side(),
                point.grid().side(),
                point.timing().median(),
                point.measured() ? "" : " (extrapolated)",
                point.flops() / 1e12,
                point.flops() / point.timing().median() / 1e9,
                point.workspaceBytes() / (double) (1 << 30));
    }
}
