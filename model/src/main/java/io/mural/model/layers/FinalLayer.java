package io.mural.model.layers;

import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;

/**
 * The last modulated norm, whose two vectors are in the order scale, shift, and the projection to latent tokens.
 *
 * @param modulation [2 x hidden, hidden]
 * @param projOut [latent features, hidden]
 */
public record FinalLayer(Linear modulation, Linear projOut) {
    /**
     * @param img [img, hidden]
     * @param conditioning [1, hidden]
     * @return the velocity, [img, latent features]
     */
    public Tensor forward(Ops ops, Tensor img, Tensor conditioning) {
        int hidden = img.cols();
        var both = ops.linear(conditioning, modulation);
        var scale = both.columns(0, hidden);
        var shift = both.columns(hidden, 2 * hidden);
        return ops.linear(ops.modulatedNorm(img, shift, scale, Modulation.EPS), projOut);
    }
}
