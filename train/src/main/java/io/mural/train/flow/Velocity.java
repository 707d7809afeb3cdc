package io.mural.train.flow;

import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;

/** A transformer whose weights are being trained. */
@FunctionalInterface
public interface Velocity {
    /**
     * The velocity of noisy tokens.
     *
     * @param tokens [tokens, features]: in raster order, and where the conditions have a scene in its order
     * @param t noise level in [0, 1]
     * @return as large as the tokens, in their order, a tensor of the current unit
     */
    Tensor forward(Ops ops, Tensor tokens, double t, Conditions conditions);
}
