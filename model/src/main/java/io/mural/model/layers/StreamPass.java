package io.mural.model.layers;

import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import java.util.List;

/**
 * A stream's tokens on their way through one block. The papers write a double block like this, for text and image each:
 *
 * <pre>
 * normed = (1 + attn.scale) * norm(x) + attn.shift
 * q, k, v = rope(qkNorm(qkv(normed)))
 * x = x + attn.gate * toOut(attention(q, [txt.k, img.k], [txt.v, img.v]))
 * x = x + mlp.gate * mlp((1 + mlp.scale) * norm(x) + mlp.shift)
 * </pre>
 *
 * Here it is cut in two, so that a picture of any size goes through it some thousand rows at a time: {@link #keys} writes
 * k and v of all streams, then {@link #update} takes each chunk of rows through the rest. What a block takes beside its
 * tokens and their keys and values does not grow with the picture. The price is that the first norm is computed twice,
 * for k and v and again for q: little work beside the products, where keeping it would take another [tokens, hidden].
 *
 * @param x [tokens, hidden], changed in place
 * @param rope positions of these tokens
 */
public record StreamPass(Stream stream, Tensor x, Modulation.Out mod, Rope rope) {
    /** Large enough that reading the weights anew for every chunk does not count. */
    private static final int CHUNK = 4096;

    /**
     * All tokens of a block through it.
     *
     * @param passes streams one behind the other, as their tokens in {@code joint}
     * @param joint room for the keys and values of these tokens, then those from outside
     * @param layout queries of these tokens over all of {@code joint}
     */
    public static void through(Ops ops, List<StreamPass> passes, KeysValues joint, AttentionLayout layout) {
        int row = 0;
        for (var pass : passes) {
            pass.keys(ops, joint.tokens(row, row + pass.x().rows()));
            row += pass.x().rows();
        }
        row = 0;
        for (var pass : passes) {
            pass.update(ops, joint, layout.queries(row, row + pass.x().rows()));
            row += pass.x().rows();
        }
    }

    private interface Body {
        void run(int from, int to);
    }

    /** Writes keys and values of the stream's tokens to {@code out}, their rows. */
    public void keys(Ops ops, KeysValues out) {
        inChunks(
                ops,
                (from, to) -> stream.keys(ops, out.tokens(from, to), x.rows(from, to), mod, rope.tokens(from, to)));
    }

    /**
     * Adds the block's share to the stream's tokens.
     *
     * @param joint keys and values of all tokens that attend jointly
     * @param layout queries of these tokens over all of {@code joint}
     */
    public void update(Ops ops, KeysValues joint, AttentionLayout layout) {
        inChunks(
                ops,
                (from, to) -> stream.update(
                        ops, x.rows(from, to), mod, rope.tokens(from, to), joint, layout.queries(from, to)));
    }

    /** Chunks of about one size, each with memory of its own. */
    private void inChunks(Ops ops, Body body) {
        int chunks = Math.ceilDiv(x.rows(), CHUNK);
        for (int i = 0; i < chunks; i++) {
            int from = (int) ((long) x.rows() * i / chunks);
            int to = (int) ((long) x.rows() * (i + 1) / chunks);
            ops.unit("tokens." + from, () -> body.run(from, to));
        }
    }
}
