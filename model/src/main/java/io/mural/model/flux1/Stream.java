package io.mural.model.flux1;

import io.mural.model.layers.Mlp;
import io.mural.model.layers.Modulation;
import io.mural.model.layers.QkvProjection;
import io.mural.tensor.Activation;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.Weights;
import java.util.List;

/**
 * What one stream of a double block, image or text, has of its own: everything but the attention they share.
 *
 * @param modulation six vectors: a branch for the attention and one for the MLP
 */
record Stream(Modulation modulation, QkvProjection qkv, Linear toOut, Mlp mlp) {
    static Stream image(Weights block, Flux1Config config) {
        int hidden = config.hidden();
        var attn = block.under("attn");
        return new Stream(
                new Modulation(block.linear("norm1.linear", hidden, 6 * hidden)),
                QkvProjection.load(attn, "to_q", "to_k", "to_v", "norm_q", "norm_k", hidden, config.attentionHeadDim()),
                attn.linear("to_out.0", hidden, hidden),
                mlp(block.under("ff"), config));
    }

    static Stream text(Weights block, Flux1Config config) {
        int hidden = config.hidden();
        var attn = block.under("attn");
        return new Stream(
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
                mlp(block.under("ff_context"), config));
    }

    private static Mlp mlp(Weights ff, Flux1Config config) {
        return new Mlp(
                ff.linear("net.0.proj", config.hidden(), config.mlpHidden()),
                Activation.GELU_TANH,
                ff.linear("net.2", config.mlpHidden(), config.hidden()));
    }

    /** Adds the attention's and the MLP's share to {@code x} [tokens, hidden], in place. */
    void residual(Ops ops, Tensor x, Tensor attended, List<Modulation.Branch> branches) {
        branches.getFirst().residual(ops, x, ops.linear(attended, toOut));
        var mlpBranch = branches.getLast();
        mlpBranch.residual(ops, x, mlp.forward(ops, mlpBranch.modulate(ops, x)));
    }
}
