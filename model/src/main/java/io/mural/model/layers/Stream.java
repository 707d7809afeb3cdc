package io.mural.model.layers;

import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;

/**
 * What one stream of tokens (text, image, guide) has of its own in a block: everything but the attention where the
 * streams meet. A block asks all streams for their keys first; then each row depends on no other row of {@code x}.
 */
public interface Stream {
    /**
     * Writes keys and values of some tokens.
     *
     * @param out their rows
     * @param x [tokens, hidden]
     */
    void keys(Ops ops, KeysValues out, Tensor x, Modulation.Out mod, Rope rope);

    /**
     * Adds the block's share to some tokens, in place.
     *
     * @param x [tokens, hidden]
     * @param joint of all tokens that attend jointly
     * @param layout queries of these tokens over all keys
     */
    void update(Ops ops, Tensor x, Modulation.Out mod, Rope rope, KeysValues joint, AttentionLayout layout);
}
