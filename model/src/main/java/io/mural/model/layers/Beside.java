package io.mural.model.layers;

import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;

/** Puts what stands beside noisy tokens together with them, as tensors of the current unit. */
public final class Beside {
    private Beside() {}

    /** Tokens of other pictures behind a picture's own: [a, features] and [b, features] to [a + b, features]. */
    public static Tensor tokens(Ops ops, Tensor own, Tensor others) {
        var all = ops.empty(own.rows() + others.rows(), own.cols());
        ops.copy(all.rows(0, own.rows()), own);
        ops.copy(all.rows(own.rows(), all.rows()), others);
        return all;
    }

    /** Further features of the same tokens: [tokens, a] and [tokens, b] to [tokens, a + b]. */
    public static Tensor features(Ops ops, Tensor own, Tensor others) {
        var all = ops.empty(own.rows(), own.cols() + others.cols());
        ops.copy(all.columns(0, own.cols()), own);
        ops.copy(all.columns(own.cols(), all.cols()), others);
        return all;
    }
}
