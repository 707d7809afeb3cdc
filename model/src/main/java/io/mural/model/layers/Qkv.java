package io.mural.model.layers;

import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import java.util.Optional;

/**
 * Queries, keys and values of all streams that attend jointly, each [tokens, heads x headDim]. Every stream writes
 * its own rows.
 */
public record Qkv(Tensor q, Tensor k, Tensor v) {
    public static Qkv empty(Ops ops, int tokens, int width) {
        return new Qkv(ops.empty(tokens, width), ops.empty(tokens, width), ops.empty(tokens, width));
    }

    /** The rows of the tokens {@code from} (inclusive) to {@code to} (exclusive). */
    public Qkv tokens(int from, int to) {
        return new Qkv(q.rows(from, to), k.rows(from, to), v.rows(from, to));
    }

    /** Softmax attention scaled by 1 / sqrt(headDim), into {@code out} [tokens, heads x headDim]. */
    public void attend(Ops ops, Tensor out, int heads, AttentionLayout layout) {
        float scale = (float) (1 / Math.sqrt((double) q.cols() / heads));
        ops.attention(out, q, k, v, heads, scale, layout, Optional.empty());
    }
}
