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

/**
 * A stream in a single block: attention and feed-forward layer run side by side from one norm and leave through one
 * projection (arXiv 2302.05442).
 */
record SingleStream(QkvProjection qkv, GatedLinear mlp, Linear toOut, int heads) implements Stream {
    static SingleStream load(Weights block, Flux2Config config) {
        int hidden = config.hidden();
        int mlpHidden = config.mlpHidden();
        var attn = block.under("attn");
        // rows: q, k, v, gate, up
        var fused = attn.linearNoBias("to_qkv_mlp_proj", hidden, 3 * hidden + 2 * mlpHidden);
        return new SingleStream(
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

    @Override
    public void keys(Ops ops, KeysValues out, Tensor x, Modulation.Out mod, Rope rope) {
        qkv.keys(ops, out, mod.attn().modulate(ops, x), rope);
    }

    @Override
    public void update(Ops ops, Tensor x, Modulation.Out mod, Rope rope, KeysValues joint, AttentionLayout layout) {
        int hidden = x.cols();
        var branch = mod.attn();
        var normed = branch.modulate(ops, x);

        var joined = ops.empty(x.rows(), toOut.in()); // [tokens, attention | mlp]
        joint.attend(ops, joined.columns(0, hidden), qkv.queries(ops, normed, rope), heads, layout);
        mlp.forward(ops, joined.columns(hidden, toOut.in()), normed);

        branch.residual(ops, x, ops.linear(joined, toOut));
    }
}
