package io.mural.model.vae;

import io.mural.model.layers.KeysValues;
import io.mural.tensor.Activation;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;

/** Attention of every pixel of the coarsest level to every other, in one head as wide as the channels. */
record AttentionBlock(GroupNorm norm, Linear toQ, Linear toK, Linear toV, Linear toOut) {
    /** Pixels; reading keys and values anew for every chunk does not count beside so many queries. */
    private static final int CHUNK = 1 << 14;

    static AttentionBlock load(Weights block, int channels, int groups) {
        return new AttentionBlock(
                GroupNorm.load(block.under("group_norm"), channels, groups),
                block.linear("to_q", channels, channels),
                block.linear("to_k", channels, channels),
                block.linear("to_v", channels, channels),
                block.linear("to_out.0", channels, channels));
    }

    /**
     * Beside the map itself its keys and values are held whole, each as large as the map; the rest is made for some
     * rows at a time.
     *
     * @param x [height, width, channels], changed in place
     */
    void forward(Ops ops, Tensor x) {
        var moments = ops.moments(x, norm.groups());
        var keys = KeysValues.empty(ops, x.rows(), x.cols());
        inChunks(ops, "keys", x.rows(), (from, to) -> {
            var normed = norm.forward(ops, x.rows(from, to), moments, Activation.NONE);
            ops.linear(keys.k().rows(from, to), normed, toK, Activation.NONE);
            ops.linear(keys.v().rows(from, to), normed, toV, Activation.NONE);
        });
        inChunks(ops, "queries", x.rows(), (from, to) -> {
            var q = ops.linear(norm.forward(ops, x.rows(from, to), moments, Activation.NONE), toQ);
            var attended = ops.empty(q.rows(), q.cols());
            keys.attend(ops, attended, q, 1, AttentionLayout.dense(q.rows(), x.rows()));
            ops.add(x.rows(from, to), ops.linear(attended, toOut));
        });
    }

    private interface Body {
        void run(int from, int to);
    }

    private static void inChunks(Ops ops, String name, int rows, Body body) {
        int chunks = Math.ceilDiv(rows, CHUNK);
        for (int i = 0; i < chunks; i++) {
            int from = (int) ((long) rows * i / chunks);
            int to = (int) ((long) rows * (i + 1) / chunks);
            ops.unit(name + "." + from, () -> body.run(from, to));
        }
    }
}
