package io.mural.model.flux1;

import io.mural.model.layers.KeysValues;
import io.mural.model.layers.Modulation;
import io.mural.model.layers.QkvProjection;
import io.mural.tensor.Activation;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;

/**
 * A stream in a single block: attention and MLP run side by side from one norm (arXiv 2302.05442).
 *
 * @param modulation three vectors: one branch
 */
public record SingleStream(Modulation modulation, QkvProjection qkv, Linear projMlp, Linear projOut, int heads)
        implements ModulatedStream {
    static SingleStream load(Weights block, Flux1Config config) {
        int hidden = config.hidden();
        return new SingleStream(
                new Modulation(block.linear("norm.linear", hidden, 3 * hidden)),
                QkvProjection.load(
                        block.under("attn"),
                        "to_q",
                        "to_k",
                        "to_v",
                        "norm_q",
                        "norm_k",
                        hidden,
                        config.attentionHeadDim()),
                block.linear("proj_mlp", hidden, config.mlpHidden()),
                block.linear("proj_out", hidden + config.mlpHidden(), hidden),
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

        var joined = ops.empty(x.rows(), projOut.in()); // [tokens, attention | mlp]
        joint.attend(ops, joined.columns(0, hidden), qkv.queries(ops, normed, rope), heads, layout);
        ops.linear(joined.columns(hidden, projOut.in()), normed, projMlp, Activation.GELU_TANH);

        branch.residual(ops, x, ops.linear(joined, projOut));
    }
}
