package io.mural.model.wan;

import io.mural.model.layers.KeysValues;
import io.mural.model.layers.Mlp;
import io.mural.model.layers.Positions;
import io.mural.model.layers.Sinusoid;
import io.mural.tensor.Activation;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.List;

/**
 * UltraGen's hierarchical self-attention (arXiv 2510.18775): windows at full resolution, larger windows at half of it and
 * all tokens at a quarter, weighted by the timestep. The borders of windows of even and odd blocks do not coincide. Where
 * paper and released code differ it does as the code, from which the weights come: the global keys are projected as the
 * queries are.
 */
public final class UltraGenAttention implements SelfAttention {
    private static final int LOCAL = 4;
    private static final int HIERARCHICAL = 2;
    private static final double THETA = 10000;

    private final WanProjections projections;
    private final int block;
    private final boolean antialias;
    private final Positions positions;
    private final int freqDim;
    private final Adapters global;
    private final Adapters hierarchical;
    private final Mlp alphaEmbedding;
    private final Linear alphaProjection;
    private final Mlp localEmbedding;
    private final Linear localProjection;
    private final DepthwiseConv downsample;
    private final DepthwiseConv upsample;
    private final DepthwiseConv downsampleHierarchical;
    private final DepthwiseConv upsampleHierarchical;

    /** Low-rank additions to queries, keys and values, with biases. */
    private record Adapters(Mlp q, Mlp k, Mlp v) {
        static Adapters load(Weights attn, int branch, int hidden) {
            return new Adapters(
                    adapter(attn.under("q_lora_" + branch), hidden),
                    adapter(attn.under("k_lora_" + branch), hidden),
                    adapter(attn.under("v_lora_" + branch), hidden));
        }

        private static Mlp adapter(Weights lora, int hidden) {
            int rank = lora.shape("lora_A.weight").dim(0);
            return new Mlp(lora.linear("lora_A", hidden, rank), Activation.NONE, lora.linear("lora_B", rank, hidden));
        }
    }

    private UltraGenAttention(Weights attn, WanConfig config, int block, boolean antialias) {
        int hidden = config.hidden();
        projections = WanProjections.load(attn, config);
        this.block = block;
        this.antialias = antialias;
        positions = new Positions(config.axes(), THETA);
        freqDim = config.freqDim();
        global = Adapters.load(attn, 1, hidden);
        hierarchical = Adapters.load(attn, 2, hidden);
        alphaEmbedding = embedding(attn.under("alpha_time_embedding"), config);
        alphaProjection = attn.linear("alpha_time_projection.1", hidden, hidden);
        localEmbedding = embedding(attn.under("alpha_time_embedding2"), config);
        localProjection = attn.linear("alpha_time_projection2.1", hidden, hidden);
        downsample = DepthwiseConv.load(attn, "downsample_conv", hidden);
        upsample = DepthwiseConv.load(attn, "upsample_conv", hidden);
        // The name is misspelt in the weights.
        downsampleHierarchical = DepthwiseConv.load(attn, "downsample_conv_hierachcal", hidden);
        upsampleHierarchical = DepthwiseConv.load(attn, "upsample_conv_hierachcal", hidden);
    }

    private static Mlp embedding(Weights embedding, WanConfig config) {
        return new Mlp(
                embedding.linear("0", config.freqDim(), config.hidden()),
                Activation.SILU,
                embedding.linear("2", config.hidden(), config.hidden()));
    }

    /**
     * The pattern of a transformer: blocks without its layers attend densely.
     *
     * @param antialias whether maps that shrink are smoothed
     */
    public static AttentionPattern pattern(boolean antialias) {
        return (attn, config, block) -> isOne(attn)
                ? new UltraGenAttention(attn, config, block, antialias)
                : new DenseAttention(WanProjections.load(attn, config));
    }

    /** Whether a block's attention has the pattern's layers. */
    public static boolean isOne(Weights attn) {
        return attn.has("downsample_conv.weight");
    }

    /**
     * The branches before they are weighted, and the weights, for {@code y} [tokens, hidden].
     *
     * @param alpha [hidden] of local and hierarchical together
     * @param alphaLocal [hidden] of local among them
     */
    public record Branches(Tensor local, Tensor hierarchical, Tensor global, float[] alpha, float[] alphaLocal) {}

    /** Tensors of the current unit. */
    public Branches branches(Ops ops, Tensor y, TokenGrid grid, double timestep) {
        return new Branches(
                ops.unit("local", () -> local(ops, y, grid)),
                ops.unit("hierarchical", () -> hierarchical(ops, y, grid)),
                ops.unit("global", () -> global(ops, y, grid)),
                weight(ops, alphaEmbedding, alphaProjection, timestep),
                weight(ops, localEmbedding, localProjection, timestep));
    }

    /** What comes of branches, behind the output projection; {@code local} is changed. */
    public Tensor fuse(Ops ops, Branches branches) {
        var mixed = mixed(ops, branches);
        return ops.linear(mixed, projections.toOut());
    }

    private static Tensor mixed(Ops ops, Branches branches) {
        int hidden = branches.alpha().length;
        var local = new float[hidden];
        var hierarchical = new float[hidden];
        var global = new float[hidden];
        for (int i = 0; i < hidden; i++) {
            // x + (weight - 1) x is weight x.
            local[i] = branches.alpha()[i] * branches.alphaLocal()[i] - 1;
            hierarchical[i] = branches.alpha()[i] * (1 - branches.alphaLocal()[i]);
            global[i] = 1 - branches.alpha()[i];
        }
        var mixed = branches.local();
        ops.addGated(mixed, ops.tensor(local, 1, hidden), mixed);
        ops.addGated(mixed, ops.tensor(hierarchical, 1, hidden), branches.hierarchical());
        ops.addGated(mixed, ops.tensor(global, 1, hidden), branches.global());
        return mixed;
    }

    @Override
    public void forward(Ops ops, Tensor x, Branch branch, Clip clip) {
        ops.unit("attn1", () -> {
            var y = branch.modulate(ops, x);
            var mixed = mixed(ops, branches(ops, y, clip.grid(), clip.timestep()));
            Chunks.of(
                    ops,
                    "out",
                    x.rows(),
                    (from, to) -> branch.residual(
                            ops, x.rows(from, to), ops.linear(mixed.rows(from, to), projections.toOut())));
        });
    }

    private Tensor local(Ops ops, Tensor y, TokenGrid grid) {
        int n = LOCAL + block % 2;
        var windows = windowed(grid, n);
        int[] order = TokenMaps.windows(windows, n);
        var u = ops.mixRows(y, TokenMaps.resized(grid, windows.rows(), windows.columns(), order, antialias));
        var q = projections.queries(ops, u);
        var keys = KeysValues.empty(ops, u.rows(), u.cols());
        projections.keys(ops, keys, u);
        return ops.mixRows(
                attended(ops, q, keys, windows, n),
                TokenMaps.restored(windows, order, grid.rows(), grid.columns(), antialias));
    }

    private Tensor hierarchical(Ops ops, Tensor y, TokenGrid grid) {
        int n = HIERARCHICAL + block % 2;
        var half = downsampleHierarchical.reduced(grid);
        var windows = windowed(half, n);
        int[] order = TokenMaps.windows(windows, n);
        var u = ops.mixRows(
                downsampleHierarchical.strided(ops, y, grid),
                TokenMaps.resized(half, windows.rows(), windows.columns(), order, antialias));
        var attended = adapted(ops, u, hierarchical, projections.toK(), windows, n);
        var map = ops.mixRows(attended, TokenMaps.restored(windows, order, grid.rows(), grid.columns(), antialias));
        return upsampleHierarchical.padded(ops, map, grid);
    }

    private Tensor global(Ops ops, Tensor y, TokenGrid grid) {
        var small = downsample.reduced(grid);
        var u = downsample.strided(ops, y, grid);
        var attended = adapted(ops, u, global, projections.toQ(), small, 1);
        int[] order = TokenMaps.order(small.tokens());
        var map = ops.mixRows(attended, TokenMaps.restored(small, order, grid.rows(), grid.columns(), antialias));
        return upsample.padded(ops, map, grid);
    }

    /** Attention with low-rank additions; {@code u} lies window by window. */
    private Tensor adapted(Ops ops, Tensor u, Adapters adapters, Linear toK, TokenGrid grid, int n) {
        var q = ops.linear(u, projections.toQ());
        ops.add(q, adapters.q().forward(ops, u));
        ops.rmsNorm(q, q, projections.normQ(), projections.eps());
        var k = ops.linear(u, toK);
        ops.add(k, adapters.k().forward(ops, u));
        ops.rmsNorm(k, k, projections.normK(), projections.eps());
        var v = ops.linear(u, projections.toV());
        ops.add(v, adapters.v().forward(ops, u));
        return attended(ops, q, new KeysValues(k, v), grid, n);
    }

    /** Rotates by the place in a window, from 0 in each, and attends within windows. */
    private Tensor attended(Ops ops, Tensor q, KeysValues keys, TokenGrid grid, int n) {
        var window = new TokenGrid(grid.frames(), grid.rows() / n, grid.columns() / n);
        var rope = positions.table(ops, window.positions());
        int size = window.tokens();
        var blocks = new ArrayList<AttentionLayout.Block>();
        for (int from = 0; from < q.rows(); from += size) {
            ops.rope(q.rows(from, from + size), rope);
            ops.rope(keys.k().rows(from, from + size), rope);
            var run = new AttentionLayout.Run(from, from + size);
            blocks.add(new AttentionLayout.Block(from, from + size, List.of(run)));
        }
        var out = ops.empty(q.rows(), q.cols());
        keys.attend(ops, out, q, projections.heads(), AttentionLayout.of(q.rows(), blocks));
        return out;
    }

    /** The grid with sides that divide into {@code n} windows: the nearest such sizes. */
    private static TokenGrid windowed(TokenGrid grid, int n) {
        return new TokenGrid(grid.frames(), closest(grid.rows(), n), closest(grid.columns(), n));
    }

    /** The multiple of {@code n} nearest to {@code size}, the lower of two. */
    static int closest(int size, int n) {
        int below = size / n * n;
        int nearest = size - below <= below + n - size ? below : below + n;
        return Math.max(n, nearest);
    }

    /** The sigmoid of a projection of the timestep, [hidden]. */
    private float[] weight(Ops ops, Mlp embedding, Linear projection, double timestep) {
        var values = ops.read(ops.unit("alpha", () -> {
            var x = embedding.forward(ops, ops.tensor(Sinusoid.of(timestep, freqDim), 1, freqDim));
            ops.activate(x, Activation.SILU);
            return ops.linear(x, projection);
        }));
        var weights = new float[projection.out()];
        for (int i = 0; i < values.length; i++) {
            weights[i] = (float) (1 / (1 + Math.exp(-values[i])));
        }
        return weights;
    }
}
