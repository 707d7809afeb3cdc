package io.mural.model.text;

import io.mural.model.layers.GatedLinear;
import io.mural.tensor.Activation;
import io.mural.tensor.AttentionCall;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.Optional;

/** A pre-norm layer of T5 v1.1: attention without 1 / sqrt(d), then a gated GELU feed-forward; no biases. */
record T5Layer(
        Tensor attentionNorm,
        Linear q,
        Linear k,
        Linear v,
        Linear o,
        Tensor feedForwardNorm,
        GatedLinear wi,
        Linear wo,
        int heads,
        float eps) {

    /** T5 folds 1 / sqrt(d) into the initial weights. */
    private static final float SCORE_SCALE = 1;

    static T5Layer load(Weights block, T5Config config) {
        var attention = block.under("layer.0.SelfAttention");
        var dense = block.under("layer.1.DenseReluDense");
        return new T5Layer(
                block.vector("layer.0.layer_norm.weight", config.dModel()),
                attention.linearNoBias("q", config.dModel(), config.inner()),
                attention.linearNoBias("k", config.dModel(), config.inner()),
                attention.linearNoBias("v", config.dModel(), config.inner()),
                attention.linearNoBias("o", config.inner(), config.dModel()),
                block.vector("layer.1.layer_norm.weight", config.dModel()),
                new GatedLinear(
                        dense.linearNoBias("wi_0", config.dModel(), config.dFf()),
                        Activation.GELU_TANH,
                        dense.linearNoBias("wi_1", config.dModel(), config.dFf())),
                dense.linearNoBias("wo", config.dFf(), config.dModel()),
                config.numHeads(),
                config.layerNormEpsilon());
    }

    /**
     * @param x [tokens, dModel], changed in place
     * @param bias [heads, 2 tokens - 1]
     */
    void forward(Ops ops, Tensor x, Tensor bias, AttentionLayout layout) {
        var normed = ops.rmsNorm(x, attentionNorm, eps);
        var attended = ops.empty(x.rows(), q.out());
        ops.attention(new AttentionCall(
                attended,
                ops.linear(normed, q),
                ops.linear(normed, k),
                ops.linear(normed, v),
                heads,
                SCORE_SCALE,
                layout,
                Optional.of(bias)));
        ops.add(x, ops.linear(attended, o));

        ops.add(x, ops.linear(wi.forward(ops, ops.rmsNorm(x, feedForwardNorm, eps)), wo));
    }
}
