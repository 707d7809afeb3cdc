package io.mural.model.layers;

import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Adaptive layer norm (adaLN-Zero, arXiv 2212.09748): the conditioning vector gives every branch of a block a shift,
 * a scale and a gate.
 *
 * @param linear [branches x 3 x hidden, hidden]
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

    /** @param conditioning silu of time, guidance and pooled text, [1, hidden] */
    public List<Branch> forward(Ops ops, Tensor conditioning) {
        int hidden = conditioning.cols();
        var all = ops.linear(conditioning, linear);
        var branches = new ArrayList<Branch>();
        for (int start = 0; start < all.cols(); start += 3 * hidden) {
            branches.add(new Branch(
                    all.columns(start, start + hidden),
                    all.columns(start + hidden, start + 2 * hidden),
                    all.columns(start + 2 * hidden, start + 3 * hidden)));
        }
        return branches;
    }
}
