package io.mural.model.wan;

import io.mural.model.layers.KeysValues;
import io.mural.model.layers.Mlp;
import io.mural.tensor.Activation;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;

/**
 * A block of Wan's transformer (arXiv 2503.20314, section 4.2; diffusers' {@code WanTransformerBlock}): self-attention,
 * cross-attention to the prompt, feed-forward. The first and the last are modulated by the timestep.
 *
 * @param table [6, hidden], added to the timestep's modulation: shift, scale and gate of attention, then of feed-forward
 */
record WanBlock(Tensor table, SelfAttention attn1, CrossAttention attn2, Mlp ffn, float eps) {
    private static final int ATTENTION = 0;
    private static final int FEED_FORWARD = 3;

    static WanBlock load(Weights block, SelfAttention attn1, WanConfig config) {
        int hidden = config.hidden();
        return new WanBlock(
                block.table("scale_shift_table", 2 * FEED_FORWARD, hidden),
                attn1,
                CrossAttention.load(block, config),
                new Mlp(
                        block.linear("ffn.net.0.proj", hidden, config.ffnDim()),
                        Activation.GELU_TANH,
                        block.linear("ffn.net.2", config.ffnDim(), hidden)),
                config.eps());
    }

    /** The modulation of this block [6, hidden], a tensor of the current unit. */
    Tensor modulation(Ops ops, Tensor time) {
        var modulation = ops.empty(table.rows(), table.cols());
        ops.copy(modulation, table);
        ops.add(modulation, time);
        return modulation;
    }

    /** The half in which tokens see each other, in place; x is [tokens, hidden]. It does not know the prompt. */
    void attend(Ops ops, Tensor x, Tensor modulation, Clip clip) {
        attn1.forward(ops, x, Branch.of(modulation, ATTENTION, eps), clip);
    }

    /** The half in which each token sees the prompt and itself, in place; x is [tokens, hidden]. */
    void feedForward(Ops ops, Tensor x, Tensor modulation, KeysValues text) {
        var branch = Branch.of(modulation, FEED_FORWARD, eps);
        Chunks.of(ops, "tokens", x.rows(), (from, to) -> {
            var rows = x.rows(from, to);
            attn2.forward(ops, rows, text);
            branch.residual(ops, rows, ffn.forward(ops, branch.modulate(ops, rows)));
        });
    }
}
