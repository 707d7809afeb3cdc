package io.mural.model.layers;

import io.mural.tensor.Activation;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;

/** The first half of a gated feed-forward layer (arXiv 2002.05202): {@code f(gate(x)) * up(x)}. */
public record GatedLinear(Linear gate, Activation f, Linear up) {
    /** One matrix [2 x inner, in] whose first half is the gate; SiLU (SwiGLU). */
    public static GatedLinear swiGlu(Linear fused) {
        int inner = fused.out() / 2;
        return new GatedLinear(fused.rows(0, inner), Activation.SILU, fused.rows(inner, 2 * inner));
    }

    /** [tokens, in] to [tokens, inner] */
    public Tensor forward(Ops ops, Tensor x) {
        var out = ops.empty(x.rows(), gate.out());
        forward(ops, out, x);
        return out;
    }

    /** As {@link #forward(Ops, Tensor)}, into {@code out} [tokens, inner]. */
    public void forward(Ops ops, Tensor out, Tensor x) {
        ops.linear(out, x, gate, f);
        ops.multiply(out, ops.linear(x, up));
    }
}
