package io.mural.model.layers;

import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;

/**
 * Adaptive layer norm (adaLN-Zero, arXiv 2212.09748): the conditioning vector gives every branch of a block a shift,
 * a scale and a gate.
 *
 * @param linear [branches x 3 x hidden, hidden]; two branches in double blocks, one in single blocks
 */
public record Modulation(Linear linear) {
    /** FLUX's layer norms have no weights of their own and this epsilon. */
    public static final float EPS = 1e-6f;

    /** Shift, scale and gate of one branch, each [1, hidden]. */
    public record Branch(Tensor shift, Tensor scale, Tensor gate) {
        /** {@code norm(x) * (1 + scale) + shift} */
        public Tensor modulate(Ops ops, Tensor x) {
            return ops.modulatedNorm(x, shift, scale, EPS);
        }

        /** {@code x += gate * y}, in place */
        public void residual(Ops ops, Tensor x, Tensor y) {
            ops.addGated(x, gate, y);
        }
    }

    /**
     * What a block is modulated by.
     *
     * @param mlp of the feed-forward layer; in single blocks, where that runs beside the attention, the attention's own
     */
    public record Out(Branch attn, Branch mlp) {}

    /** @param conditioning silu of time, guidance and pooled text, [1, hidden] */
    public Out forward(Ops ops, Tensor conditioning) {
        int hidden = conditioning.cols();
        var all = ops.linear(conditioning, linear);
        var attn = branch(all, 0, hidden);
        return new Out(attn, all.cols() == 3 * hidden ? attn : branch(all, 3 * hidden, hidden));
    }

    private static Branch branch(Tensor all, int start, int hidden) {
        return new Branch(
                all.columns(start, start + hidden),
                all.columns(start + hidden, start + 2 * hidden),
                all.columns(start + 2 * hidden, start + 3 * hidden));
    }
}
