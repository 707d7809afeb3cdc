package io.mural.model.family;

import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;

/** A transformer with all that stays the same over the steps of one picture and one prompt. */
public interface Evaluation {
    /**
     * @param latents [image tokens, features]
     * @param sigma noise level in [0, 1]
     * @return the velocity, as {@code latents}; a tensor of the current unit
     */
    Tensor velocity(Ops ops, Tensor latents, double sigma);
}
