package io.mural.model.vae.wan;

import io.mural.model.layers.KeysValues;
import io.mural.tensor.Activation;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.weights.names.Weights;

/** Attention of every pixel of a frame to every other of the same frame, in one head as wide as the channels. */
record FrameAttention(PixelNorm norm, Linear toQ, Linear toK, Linear toV, Linear proj) {
    static FrameAttention load(Weights block, int channels) {
        var qkv = block.linear("to_qkv", channels, 3 * channels);
        return new FrameAttention(
                PixelNorm.load(block, "norm", channels),
                qkv.rows(0, channels),
                qkv.rows(channels, 2 * channels),
                qkv.rows(2 * channels, 3 * channels),
                block.linear("proj", channels, channels));
    }

    /** The attention, in place; it knows no other frame. */
    FrameLayer open(String unit, Ops ops) {
        return FrameLayer.oneForOne(unit, ops, x -> {
            var normed = norm.forward(ops, x, Activation.NONE);
            var keys = new KeysValues(ops.linear(normed, toK), ops.linear(normed, toV));
            var attended = ops.empty(x.rows(), x.cols());
            keys.attend(ops, attended, ops.linear(normed, toQ), 1, AttentionLayout.dense(x.rows(), x.rows()));
            ops.add(x, ops.linear(attended, proj));
            return x;
        });
    }
}
