package io.mural.tensor;

import java.util.Arrays;
import java.util.Optional;

/**
 * One attention: {@code out = softmax(scale * q k^T + distanceBias) v} for every head, over the pairs of the layout.
 *
 * @param out [queries, heads x headDim]; may be a column range of a wider tensor, must not overlap the inputs
 * @param q [queries, heads x headDim]
 * @param k [keys, kvHeads x headDim]; heads is a multiple of kvHeads (grouped-query attention)
 * @param v as k
 * @param distanceBias [heads, queries + keys - 1], added to the score of query i and key j at column j - i + queries - 1
 *     (T5's relative positions), where the layer has one
 */
public record AttentionCall(
        Tensor out,
        Tensor q,
        Tensor k,
        Tensor v,
        int heads,
        float scale,
        AttentionLayout layout,
        Optional<Tensor> distanceBias) {
    public AttentionCall {
        requireShape("v", v, k.rows(), k.cols());
        requireShape("out", out, q.rows(), q.cols());
        if (q.cols() % heads != 0 || k.cols() % (q.cols() / heads) != 0 || heads % (k.cols() * heads / q.cols()) != 0) {
            throw new IllegalArgumentException("attention: q is " + q.shape() + " and k is " + k.shape()
                    + "; they do not divide into " + heads + " heads");
        }
        if (layout.queries() != q.rows() || layout.keys() != k.rows()) {
            throw new IllegalArgumentException("attention: q is " + q.shape() + " and k is " + k.shape()
                    + " but the layout is of " + layout.queries() + " queries and " + layout.keys() + " keys");
        }
        if (distanceBias.isPresent()) {
            requireShape("distanceBias", distanceBias.get(), heads, q.rows() + k.rows() - 1);
        }
    }

    private static void requireShape(String what, Tensor tensor, int rows, int cols) {
        if (tensor.rows() != rows || tensor.cols() != cols) {
            throw new IllegalArgumentException("attention: " + what + " is " + tensor.shape() + "; expected "
                    + Arrays.toString(new int[] {rows, cols}));
        }
    }

    /** The same with its result elsewhere. */
    public AttentionCall into(Tensor other) {
        return new AttentionCall(other, q, k, v, heads, scale, layout, distanceBias);
    }

    public int headDim() {
        return q.cols() / heads;
    }

    /** Where the keys and values of a query head begin. */
    public int keyColumn(int head) {
        return head / sharing() * headDim();
    }

    /** Query heads that share a head of keys. */
    public int sharing() {
        return q.cols() / k.cols();
    }

    /** Multiplications with an addition of the scores; the product with the values takes as many again. */
    public long multiplyAdds() {
        return layout.pairs() * q.cols();
    }
}
