package io.mural.tensor;

/**
 * Rotary position embedding as a table: row n rotates the pair (x[2i], x[2i+1]) of every head of token n to
 * (x[2i] cos - x[2i+1] sin, x[2i+1] cos + x[2i] sin) (RoFormer, arXiv 2104.09864, adjacent pairs as in FLUX).
 *
 * @param cos [tokens, headDim / 2]
 * @param sin [tokens, headDim / 2]
 */
public record Rope(Tensor cos, Tensor sin) {
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
        return new Rope(cos.rows(from, to), sin.rows(from, to));
    }
}
