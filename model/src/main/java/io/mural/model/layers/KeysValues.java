package io.mural.model.layers;

import io.mural.tensor.AttentionCall;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import java.util.Optional;

/** Keys and values of all tokens that attend jointly, each [tokens, heads x headDim]. Every stream writes its own rows. */
public record KeysValues(Tensor k, Tensor v) {
    public static KeysValues empty(Ops ops, int tokens, int width) {
        return new KeysValues(ops.empty(tokens, width), ops.empty(tokens, width));
    }

    /**
     * Room for a block's keys and values of {@code rows} tokens, and behind them those from outside, which are written.
     *
     * @param block counted from 0
     */
    public static KeysValues beside(Ops ops, int rows, int width, int block, Optional<Outside> outside) {
        int tokens = rows + outside.map(Outside::tokens).orElse(0);
        var joint = empty(ops, tokens, width);
        outside.ifPresent(given -> given.keys(ops, block, joint.tokens(rows, tokens)));
        return joint;
    }

    public int tokens() {
        return k.rows();
    }

    /** The rows of the tokens {@code from} (inclusive) to {@code to} (exclusive). */
    public KeysValues tokens(int from, int to) {
        return new KeysValues(k.rows(from, to), v.rows(from, to));
    }

    /** Softmax attention of {@code q} scaled by 1 / sqrt(headDim), into {@code out}; both [queries, heads x headDim]. */
    public void attend(Ops ops, Tensor out, Tensor q, int heads, AttentionLayout layout) {
        float scale = (float) (1 / Math.sqrt((double) q.cols() / heads));
        ops.attention(new AttentionCall(out, q, k, v, heads, scale, layout, Optional.empty()));
    }
}
