package io.mural.model.flux1;

import io.mural.model.layers.Modulation;
import io.mural.model.layers.Qkv;
import io.mural.model.layers.QkvProjection;
import io.mural.tensor.Activation;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import io.mural.weights.Weights;

/**
 * A single-stream block: text and image share all weights, attention and MLP run side by side from one norm
 * (arXiv 2302.05442).
 */
record SingleBlock(Modulation modulation, QkvProjection qkv, Linear projMlp, Linear projOut, int heads) {
    static SingleBlock load(Weights block, Flux1Config config) {
        int hidden = config.hidden();
        return new SingleBlock(
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

    /** @param x [txt + img, hidden], changed in place */
    void forward(Ops ops, Tensor x, Tensor conditioning, Rope rope, AttentionLayout layout) {
        int hidden = x.cols();
        var branch = modulation.forward(ops, conditioning).getFirst();
        var normed = branch.modulate(ops, x);

        var joined = ops.empty(x.rows(), projOut.in()); // [tokens, attention | mlp]
        var projected = Qkv.empty(ops, x.rows(), hidden);
        qkv.forward(ops, projected, normed, rope);
        projected.attend(ops, joined.columns(0, hidden), heads, layout);
        ops.linear(joined.columns(hidden, projOut.in()), normed, projMlp, Activation.GELU_TANH);

        branch.residual(ops, x, ops.linear(joined, projOut));
    }
}
