package io.mural.tensor;

/**
 * Rotary position embedding as a table: row n rotates the pairs (a, b) of every head of token n to
 * (a cos - b sin, b cos + a sin), pair i by the table's column i (RoFormer, arXiv 2104.09864).
 *
 * @param cos [tokens, headDim / 2]
 * @param sin [tokens, headDim / 2]
 * @param pairs which elements of a head are a pair
 */
public record Rope(Tensor cos, Tensor sin, Pairs pairs) {
    public enum Pairs {
        /** (x[2i], x[2i + 1]), as in FLUX */
        ADJACENT,
        /** (x[i], x[i + headDim / 2]), as in Llama and Qwen */
        HALVES
    }

    public Rope {
        if (!cos.shape().equals(sin.shape())) {
            throw new IllegalArgumentException("rope: cos is " + cos.shape() + " but sin is " + sin.shape());
        }
    }

    public int tokens() {
        return cos.rows();
    }

    /** The table of tokens {@code from} (inclusive) to {@code to} (exclusive). */
    public Rope tokens(int from, int to) {
        return new Rope(cos.rows(from, to), sin.rows(from, to), pairs);
    }
}
