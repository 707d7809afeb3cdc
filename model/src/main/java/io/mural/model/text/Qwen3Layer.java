package io.mural.model.text;

import io.mural.model.layers.GatedLinear;
import io.mural.tensor.Activation;
import io.mural.tensor.AttentionCall;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.Optional;

/**
 * A pre-norm layer of Qwen3 (arXiv 2505.09388): grouped-query attention with an RMSNorm of every head of q and k, then
 * SwiGLU; no biases.
 */
record Qwen3Layer(
        Tensor inputNorm,
        Linear q,
        Linear k,
        Linear v,
        Tensor qNorm,
        Tensor kNorm,
        Linear o,
        Tensor postAttentionNorm,
        GatedLinear gateUp,
        Linear down,
        int heads,
        float eps) {

    static Qwen3Layer load(Weights layer, Qwen3Config config) {
        int hidden = config.hiddenSize();
        int inner = config.intermediateSize();
        int queries = config.numAttentionHeads() * config.headDim();
        int keys = config.numKeyValueHeads() * config.headDim();
        var attention = layer.under("self_attn");
        var mlp = layer.under("mlp");
        return new Qwen3Layer(
                layer.vector("input_layernorm.weight", hidden),
                attention.linearNoBias("q_proj", hidden, queries),
                attention.linearNoBias("k_proj", hidden, keys),
                attention.linearNoBias("v_proj", hidden, keys),
                attention.vector("q_norm.weight", config.headDim()),
                attention.vector("k_norm.weight", config.headDim()),
                attention.linearNoBias("o_proj", queries, hidden),
                layer.vector("post_attention_layernorm.weight", hidden),
                new GatedLinear(
                        mlp.linearNoBias("gate_proj", hidden, inner),
                        Activation.SILU,
                        mlp.linearNoBias("up_proj", hidden, inner)),
                mlp.linearNoBias("down_proj", inner, hidden),
                config.numAttentionHeads(),
                config.rmsNormEps());
    }

    /** @param x [tokens, hidden], changed in place */
    void forward(Ops ops, Tensor x, Rope rope, AttentionLayout layout) {
        var normed = ops.rmsNorm(x, inputNorm, eps);
        var queries = ops.linear(normed, q);
        var keys = ops.linear(normed, k);
        ops.normRope(queries, qNorm, eps, rope);
        ops.normRope(keys, kNorm, eps, rope);
        var attended = ops.empty(x.rows(), q.out());
        float scale = (float) (1 / Math.sqrt(qNorm.cols()));
        ops.attention(new AttentionCall(
                attended, queries, keys, ops.linear(normed, v), heads, scale, layout, Optional.empty()));
        ops.add(x, ops.linear(attended, o));

        ops.add(x, ops.linear(gateUp.forward(ops, ops.rmsNorm(x, postAttentionNorm, eps)), down));
    }
}
