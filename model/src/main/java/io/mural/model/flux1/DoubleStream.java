package io.mural.model.flux1;

import io.mural.model.layers.KeysValues;
import io.mural.model.layers.Mlp;
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
 * A stream in a double block: attention, then MLP, each behind a norm.
 *
 * @param modulation six vectors: a branch for the attention and one for the MLP
 */
public record DoubleStream(Modulation modulation, QkvProjection qkv, Linear toOut, Mlp mlp, int heads)
        implements ModulatedStream {
    static DoubleStream image(Weights block, Flux1Config config) {
        int hidden = config.hidden();
        var attn = block.under("attn");
        return new DoubleStream(
                new Modulation(block.linear("norm1.linear", hidden, 6 * hidden)),
                QkvProjection.load(attn, "to_q", "to_k", "to_v", "norm_q", "norm_k", hidden, config.attentionHeadDim()),
                attn.linear("to_out.0", hidden, hidden),
                mlp(block.under("ff"), config),
                config.numAttentionHeads());
    }

    static DoubleStream text(Weights block, Flux1Config config) {
        int hidden = config.hidden();
        var attn = block.under("attn");
        return new DoubleStream(
                new Modulation(block.linear("norm1_context.linear", hidden, 6 * hidden)),
                QkvProjection.load(
                        attn,
                        "add_q_proj",
                        "add_k_proj",
                        "add_v_proj",
                        "norm_added_q",
                        "norm_added_k",
                        hidden,
                        config.attentionHeadDim()),
                attn.linear("to_add_out", hidden, hidden),
                mlp(block.under("ff_context"), config),
                config.numAttentionHeads());
    }

    private static Mlp mlp(Weights ff, Flux1Config config) {
        return new Mlp(
                ff.linear("net.0.proj", config.hidden(), config.mlpHidden()),
                Activation.GELU_TANH,
                ff.linear("net.2", config.mlpHidden(), config.hidden()));
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

        var mlpBranch = mod.mlp();
        mlpBranch.residual(ops, x, mlp.forward(ops, mlpBranch.modulate(ops, x)));
    }
}
