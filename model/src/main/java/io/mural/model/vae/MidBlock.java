package io.mural.model.vae;

import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;

/** The coarsest level: residual block, attention, residual block. */
record MidBlock(ResnetBlock first, AttentionBlock attention, ResnetBlock second) {
    static MidBlock load(Weights block, int channels, int groups) {
        return new MidBlock(
                ResnetBlock.load(block.under("resnets.0"), channels, channels, groups),
                AttentionBlock.load(block.under("attentions.0"), channels, groups),
                ResnetBlock.load(block.under("resnets.1"), channels, channels, groups));
    }

    /** Its memory replaces that of {@code x}. */
    Tensor forward(Ops ops, Tensor x) {
        var h = ops.unit("mid_block.resnets.0", x, in -> first.forward(ops, in));
        ops.unit("mid_block.attentions.0", () -> attention.forward(ops, h));
        return ops.unit("mid_block.resnets.1", h, in -> second.forward(ops, in));
    }
}
