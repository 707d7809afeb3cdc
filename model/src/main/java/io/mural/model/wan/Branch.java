package io.mural.model.wan;

import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;

/** Shift, scale and gate of one half of a block, each [1, hidden]. */
record Branch(Tensor shift, Tensor scale, Tensor gate, float eps) {
    /** Rows {@code first}, {@code first + 1} and {@code first + 2} of a block's modulation [6, hidden]. */
    static Branch of(Tensor modulation, int first, float eps) {
        return new Branch(
                modulation.rows(first, first + 1),
                modulation.rows(first + 1, first + 2),
                modulation.rows(first + 2, first + 3),
                eps);
    }

    /** {@code norm(x) * (1 + scale) + shift} */
    Tensor modulate(Ops ops, Tensor x) {
        return ops.modulatedNorm(x, shift, scale, eps);
    }

    /** {@code x += gate * y}, in place */
    void residual(Ops ops, Tensor x, Tensor y) {
        ops.addGated(x, gate, y);
    }
}
