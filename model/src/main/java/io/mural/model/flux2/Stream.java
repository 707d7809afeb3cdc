package io.mural.model.flux2;

import io.mural.model.layers.GatedLinear;
import io.mural.model.layers.Modulation.Branch;
import io.mural.model.layers.QkvProjection;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.Weights;
import java.util.List;

/** What one stream of a double block, image or text, has of its own: everything but modulation and attention. */
record Stream(QkvProjection qkv, Linear toOut, GatedLinear linearIn, Linear linearOut) {
    static Stream image(Weights block, Flux2Config config) {
        var attn = block.under("attn");
        return load(
                projection(attn, config, "to_q", "to_k", "to_v", "norm_q", "norm_k"),
                attn.linearNoBias("to_out.0", config.hidden(), config.hidden()),
                block.under("ff"),
                config);
    }

    static Stream text(Weights block, Flux2Config config) {
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

    private static Stream load(QkvProjection qkv, Linear toOut, Weights ff, Flux2Config config) {
        return new Stream(
                qkv,
                toOut,
                GatedLinear.swiGlu(ff.linearNoBias("linear_in", config.hidden(), 2 * config.mlpHidden())),
                ff.linearNoBias("linear_out", config.mlpHidden(), config.hidden()));
    }

    /**
     * Adds the attention's and the feed-forward layer's share to {@code x} [tokens, hidden], in place.
     *
     * @param branches one for the attention, one for the feed-forward layer
     */
    void residual(Ops ops, Tensor x, Tensor attended, List<Branch> branches) {
        branches.getFirst().residual(ops, x, ops.linear(attended, toOut));
        var feedForward = branches.getLast();
        var inner = linearIn.forward(ops, feedForward.modulate(ops, x));
        feedForward.residual(ops, x, ops.linear(inner, linearOut));
    }
}
