package io.mural.bench;

import io.mural.model.family.Flux1Model;
import io.mural.model.flux1.GuidedTransformer;
import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.model.request.HierarchicalLora;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.VectorOps;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What a kept guide costs in every step after the first: evaluations with and without it take turns, and the ratio of
 * each pair counts. Appends to {@code bench/results/guidance.jsonl}.
 */
@Command(name = "guidance", sortOptions = false)
public final class GuidanceCost implements Runnable {
    static final Path FILE = Path.of("bench", "results", "guidance.jsonl");

    private static final Path NANO = Path.of("models", "mural-nano");

    @Option(names = "--nano", description = "Side in tokens of the embedded model's picture; 64 are 1024 pixels.")
    private int nano = 64;

    @Option(names = "--block", description = "Side in tokens for the blocks of FLUX.1's width.")
    private int block = 64;

    @Option(names = "--pairs", description = "Pairs of evaluations of the embedded model; of the blocks a quarter.")
    private int pairs = 40;

    @Option(names = "--threads")
    private int threads = Runtime.getRuntime().availableProcessors();

    private final Results results = new Results(FILE);
    private final String run = Results.newRun();

    public static void main(String[] args) {
        System.exit(new CommandLine(new GuidanceCost()).execute(args));
    }

    @Override
    public void run() {
        try (var model = new Flux1Model(NANO, Optional.empty(), List.of())) {
            var lora = new HierarchicalLora(model.hierarchicalLora().orElseThrow(), 1, HierarchicalLora.Scope.GUIDE);
            var grid = new Grid(
                    model.hierarchicalSettings().geometry(), model.defaults().textTokens(), nano);
            compare("nano", model.guidedTransformer(lora), grid, pairs);
        }
        try (var blocks = new RealWidth()) {
            var grid = new Grid(HierarchicalGeometry.FLUX1, RealWidth.TEXT, block);
            compare("block", blocks.guided(), grid, Math.max(3, pairs / 4));
        }
        Table.print(results.read(), run);
    }

    private void compare(String what, GuidedTransformer guided, Grid grid, int rounds) {
        try (var ops = new VectorOps(new Workspace(), threads)) {
            var pass = new BlockPass(ops, guided, grid);
            var warm = pass.hierarchical();
            var without = pass.withoutGuide();
            pass.run(warm);
            pass.run(without);
            long start = System.nanoTime();
            var with = pass.hierarchical();
            double first = (System.nanoTime() - start) / 1e9;
            var withSeconds = new double[rounds];
            var withoutSeconds = new double[rounds];
            var ratios = new double[rounds];
            for (int i = 0; i < rounds; i++) {
                withSeconds[i] = pass.run(with).all();
                withoutSeconds[i] = pass.run(without).all();
                ratios[i] = withSeconds[i] / withoutSeconds[i];
            }
            var ratio = Timing.of(ratios);
            var name = "guidance:" + what + ":" + grid.side() + ":";
            results.append(
                    run,
                    name + "without",
                    "mural",
                    threads,
                    "wall",
                    Timing.of(withoutSeconds),
                    Map.of("side", grid.side(), "tokens", grid.tokens()));
            results.append(
                    run,
                    name + "kept",
                    "mural",
                    threads,
                    "wall",
                    Timing.of(withSeconds),
                    Map.of(
                            "side",
                            grid.side(),
                            "tokens",
                            grid.tokens(),
                            "guide_tokens",
                            grid.guideTokens(),
                            "guide_s",
                            first,
                            "ratio",
                            ratio.median(),
                            "ratio_quartiles",
                            new double[] {ratio.lowerQuartile(), ratio.upperQuartile()}));
            System.out.printf(
                    Locale.ROOT,
                    "%s, %d x %d tokens: a step with a kept guide takes %.3f times a step without (%.3f to %.3f);"
                            + " the guide is made once in %.3f s%n",
                    what,
                    grid.side(),
                    grid.side(),
                    ratio.median(),
                    ratio.lowerQuartile(),
                    ratio.upperQuartile(),
                    first);
        }
    }
}
