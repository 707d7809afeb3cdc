package io.mural.model.vae;

import io.mural.model.layers.KeysValues;
import io.mural.tensor.Activation;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.Weights;

/** Attention of every pixel of the coarsest level to every other, in one head as wide as the channels. */
record AttentionBlock(GroupNorm norm, Linear toQ, Linear toK, Linear toV, Linear toOut) {
    static AttentionBlock load(Weights block, int channels, int groups) {
        return new AttentionBlock(
                GroupNorm.load(block.under("group_norm"), channels, groups),
                block.linear("to_q", channels, channels),
                block.linear("to_k", channels, channels),
                block.linear("to_v", channels, channels),
                block.linear("to_out.0", channels, channels));
    }

    /** @param x [height, width, channels], changed in place */
    void forward(Ops ops, Tensor x) {
        var normed = norm.forward(ops, x, Activation.NONE);
        var keys = new KeysValues(ops.linear(normed, toK), ops.linear(normed, toV));
        var attended = ops.empty(x.rows(), x.cols());
        keys.attend(ops, attended, ops.linear(normed, toQ), 1, AttentionLayout.dense(x.rows(), x.rows()));
        ops.add(x, ops.linear(attended, toOut));
    }
}
