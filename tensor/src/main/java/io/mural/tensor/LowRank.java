package io.mural.tensor;

/**
 * A low-rank addition to a linear layer: {@code y += scale * (x down^T) up^T} (LoRA, arXiv 2106.09685).
 *
 * @param down [rank, in]
 * @param up [out, rank]
 * @param scale alpha / rank times the strength asked for
 */
public record LowRank(Matrix down, Matrix up, float scale) {
    public LowRank {
        if (down.rows() != up.cols()) {
            throw new InputException(down.name() + " is [" + down.rows() + ", " + down.cols() + "] but " + up.name()
                    + " is [" + up.rows() + ", " + up.cols() + "]; the ranks must agree");
        }
    }

    public int rank() {
        return down.rows();
    }

    /** The addition to the outputs {@code from} (inclusive) to {@code to} (exclusive) alone. */
    public LowRank rows(int from, int to) {
        return new LowRank(down, up.rows(from, to), scale);
    }
}
