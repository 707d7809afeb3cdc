package io.mural.bench;

import io.mural.model.flux1.Flux1Transformer;
import io.mural.model.flux1.GuidedTransformer;
import io.mural.model.layers.OutsideMemory;
import io.mural.model.sampling.TorchRandom;
import io.mural.tensor.Ops;
import io.mural.tensor.PlanOps;
import io.mural.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Evaluations of a FLUX.1 transformer on noise, with the times of its blocks. Lives as long as the operations. */
final class BlockPass {
    private static final double GUIDANCE = 3.5;
    private static final double SIGMA = 0.7;

    private final Ops ops;
    private final GuidedTransformer guided;
    private final Grid grid;
    private final Tensor latents;
    private final Tensor txt;
    private final Tensor pooled;

    BlockPass(Ops ops, GuidedTransformer guided, Grid grid) {
        this.ops = ops;
        this.guided = guided;
        this.grid = grid;
        var config = guided.transformer().config();
        latents = noise(grid.tokens(), config.inChannels());
        txt = noise(grid.text(), config.jointAttentionDim());
        pooled = noise(1, config.pooledProjectionDim());
    }

    /**
     * Seconds of one evaluation.
     *
     * @param doubleBlock of the first double block
     * @param singleBlock of the first single block; with the last layer, where it is the only one
     */
    record Seconds(double all, double doubleBlock, double singleBlock) {}

    /** Bytes of activations that an evaluation will take, found without computing. */
    static long plannedBytes(GuidedTransformer guided, Grid grid, boolean dense) {
        var transformer = guided.transformer();
        var config = transformer.config();
        try (var plan = new PlanOps()) {
            var latents = plan.empty(grid.tokens(), config.inChannels());
            var txt = plan.empty(grid.text(), config.jointAttentionDim());
            var pooled = plan.empty(1, config.pooledProjectionDim());
            var context = dense
                    ? new Flux1Transformer.Context(
                            txt, pooled, GUIDANCE, transformer.positions(plan, grid.text(), grid.side(), grid.side()))
                    : guided.context(plan, grid.scene(0), txt, pooled, GUIDANCE, OutsideMemory.KEEP);
            plan.unit("evaluation", () -> {
                transformer.forward(plan, latents, SIGMA, context);
            });
            return plan.bytes();
        }
    }

    private Tensor noise(int rows, int cols) {
        var values = new TorchRandom(rows).normal(cols);
        var all = new float[rows * cols];
        for (int i = 0; i < rows; i++) {
            values[i % cols] = -values[i % cols];
            System.arraycopy(values, 0, all, i * cols, cols);
        }
        return ops.tensor(all, rows, cols);
    }

    /** Windows, halos and a guide that is kept: what this call computes once, steps only read. */
    Flux1Transformer.Context hierarchical() {
        return guided.context(ops, grid.scene(latents.cols()), txt, pooled, GUIDANCE, OutsideMemory.KEEP);
    }

    /** Windows and halos, without a guide. */
    Flux1Transformer.Context withoutGuide() {
        var rope = guided.transformer()
                .positions(ops, grid.text(), grid.order(), grid.geometry().ntkFactor());
        return new Flux1Transformer.Context(txt, pooled, GUIDANCE, rope, grid.withoutGuide(), Optional.empty());
    }

    /** Every token sees every other, as the model does it by itself. */
    Flux1Transformer.Context dense() {
        var rope = guided.transformer().positions(ops, grid.text(), grid.side(), grid.side());
        return new Flux1Transformer.Context(txt, pooled, GUIDANCE, rope);
    }

    Seconds run(Flux1Transformer.Context context) {
        Map<String, Long> begins = new HashMap<>();
        ops.onUnit(name -> begins.putIfAbsent(name, System.nanoTime()));
        long start = System.nanoTime();
        ops.unit("evaluation", () -> {
            guided.transformer().forward(ops, latents, SIGMA, context);
        });
        long end = System.nanoTime();
        ops.onUnit(name -> {});
        long single = begins.get("single_transformer_blocks.0");
        long first = begins.get("transformer_blocks.0");
        return new Seconds((end - start) / 1e9, (single - first) / 1e9, (end - single) / 1e9);
    }
}
