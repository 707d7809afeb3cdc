package io.mural.model.wan;

import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;

/** How the tokens of a clip attend to each other in one block: densely, or by a pattern of windows. */
interface SelfAttention {
    /**
     * {@code x += gate * attention(modulated norm of x)}, in place.
     *
     * @param x [tokens, hidden], in the grid's order
     */
    void forward(Ops ops, Tensor x, Branch branch, Clip clip);
}
