package io.mural.model.flux2;

import io.mural.model.layers.GatedLinear;
import io.mural.model.layers.Modulation.Branch;
import io.mural.model.layers.Qkv;
import io.mural.model.layers.QkvProjection;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import io.mural.weights.Weights;

/**
 * A single-stream block: text and image share all weights, attention and feed-forward layer run side by side from one
 * norm and leave through one projection (arXiv 2302.05442).
 */
record SingleBlock(QkvProjection qkv, GatedLinear mlp, Linear toOut, int heads) {
    static SingleBlock load(Weights block, Flux2Config config) {
        int hidden = config.hidden();
        int mlpHidden = config.mlpHidden();
        var attn = block.under("attn");
        // rows: q, k, v, gate, up
        var fused = attn.linearNoBias("to_qkv_mlp_proj", hidden, 3 * hidden + 2 * mlpHidden);
        return new SingleBlock(
                new QkvProjection(
                        fused.rows(0, hidden),
                        fused.rows(hidden, 2 * hidden),
                        fused.rows(2 * hidden, 3 * hidden),
                        attn.vector("norm_q.weight", config.attentionHeadDim()),
                        attn.vector("norm_k.weight", config.attentionHeadDim())),
                GatedLinear.swiGlu(fused.rows(3 * hidden, fused.out())),
                attn.linearNoBias("to_out", hidden + mlpHidden, hidden),
                config.numAttentionHeads());
    }

    /** @param x [txt + img, hidden], changed in place */
    void forward(Ops ops, Tensor x, Branch branch, Rope rope, AttentionLayout layout) {
        int hidden = x.cols();
        var normed = branch.modulate(ops, x);

        var joined = ops.empty(x.rows(), toOut.in()); // [tokens, attention | mlp]
        var projected = Qkv.empty(ops, x.rows(), hidden);
        qkv.forward(ops, projected, normed, rope);
        projected.attend(ops, joined.columns(0, hidden), heads, layout);
        mlp.forward(ops, joined.columns(hidden, toOut.in()), normed);

        branch.residual(ops, x, ops.linear(joined, toOut));
    }
}
