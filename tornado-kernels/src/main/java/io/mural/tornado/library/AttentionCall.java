package io.mural.tornado.library;

import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Tensor;
import java.util.Optional;

/**
 * {@code out = softmax(scale q k^T + distanceBias) v} where the layout lets queries see keys. q and out [queries, heads
 * headDim], k and v [keys, their heads headDim].
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
    /** The same with its result elsewhere. */
    AttentionCall into(Tensor other) {
        return new AttentionCall(other, q, k, v, heads, scale, layout, distanceBias);
    }

    int headDim() {
        return q.cols() / heads;
    }

    /** Query heads that share a head of keys. */
    int sharing() {
        return q.cols() / k.cols();
    }

    long multiplyAdds() {
        return layout.pairs() * q.cols();
    }
}
