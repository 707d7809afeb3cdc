package io.mural.model.flux2;

import io.mural.model.layers.GatedLinear;
import io.mural.model.layers.KeysValues;
import io.mural.model.layers.Modulation;
import io.mural.model.layers.QkvProjection;
import io.mural.model.layers.Stream;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;

/** A stream in a double block: attention, then a SwiGLU feed-forward layer, each behind a norm. */
record DoubleStream(QkvProjection qkv, Linear toOut, GatedLinear linearIn, Linear linearOut, int heads)
        implements Stream {
    static DoubleStream image(Weights block, Flux2Config config) {
        var attn = block.under("attn");
        return load(
                projection(attn, config, "to_q", "to_k", "to_v", "norm_q", "norm_k"),
                attn.linearNoBias("to_out.0", config.hidden(), config.hidden()),
                block.under("ff"),
                config);
    }

    static DoubleStream text(Weights block, Flux2Config config) {
        var attn = block.under("attn");
        return load(
                projection(attn, config, "add_q_proj", "add_k_proj", "add_v_proj", "norm_added_q", "norm_added_k"),
                attn.linearNoBias("to_add_out", config.hidden(), config.hidden()),
                block.under("ff_context"),
                config);
    }

    private static QkvProjection projection(
            Weights attn, Flux2Config config, String q, String k, String v, String normQ, String normK) {
        int hidden = config.hidden();
        return new QkvProjection(
                attn.linearNoBias(q, hidden, hidden),
                attn.linearNoBias(k, hidden, hidden),
                attn.linearNoBias(v, hidden, hidden),
                attn.vector(normQ + ".weight", config.attentionHeadDim()),
                attn.vector(normK + ".weight", config.attentionHeadDim()));
    }

    private static DoubleStream load(QkvProjection qkv, Linear toOut, Weights ff, Flux2Config config) {
        return new DoubleStream(
                qkv,
                toOut,
                GatedLinear.swiGlu(ff.linearNoBias("linear_in", config.hidden(), 2 * config.mlpHidden())),
                ff.linearNoBias("linear_out", config.mlpHidden(), config.hidden()),
                config.numAttentionHeads());
    }

    @Override
    public void keys(Ops ops, KeysValues out, Tensor x, Modulation.Out mod, Rope rope) {
        qkv.keys(ops, out, mod.attn().modulate(ops, x), rope);
    }

    @Override
    public void update(Ops ops, Tensor x, Modulation.Out mod, Rope rope, KeysValues joint, AttentionLayout layout) {
        var attnBranch = mod.attn();
        var q = qkv.queries(ops, attnBranch.modulate(ops, x), rope);
        var attended = ops.empty(x.rows(), x.cols());
        joint.attend(ops, attended, q, heads, layout);
        attnBranch.residual(ops, x, ops.linear(attended, toOut));

        var ffBranch = mod.mlp();
        var inner = linearIn.forward(ops, ffBranch.modulate(ops, x));
        ffBranch.residual(ops, x, ops.linear(inner, linearOut));
    }
}
