package io.mural.model.wan;

import io.mural.model.layers.KeysValues;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;

/**
 * A clip's tokens look at the prompt: no gate, no positions, no mask.
 *
 * @param normWeight [hidden] of the layer norm in front
 * @param normBias [hidden]
 */
record CrossAttention(Tensor normWeight, Tensor normBias, WanProjections projections) {
    static CrossAttention load(Weights block, WanConfig config) {
        return new CrossAttention(
                block.vector("norm2.weight", config.hidden()),
                block.vector("norm2.bias", config.hidden()),
                WanProjections.load(block.under("attn2"), config));
    }

    /** The prompt's keys and values, the same in every step: {@code text} [rows, hidden]. */
    void keys(Ops ops, KeysValues out, Tensor text) {
        projections.keys(ops, out, text);
    }

    /** {@code x += attention(norm(x), text)}, in place; x is [tokens, hidden]. */
    void forward(Ops ops, Tensor x, KeysValues text) {
        var q = projections.queries(ops, ops.layerNorm(x, normWeight, normBias, projections.eps()));
        var attended = ops.empty(q.rows(), q.cols());
        text.attend(ops, attended, q, projections.heads(), AttentionLayout.dense(q.rows(), text.tokens()));
        ops.add(x, ops.linear(attended, projections.toOut()));
    }
}
