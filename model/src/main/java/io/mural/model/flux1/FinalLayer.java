package io.mural.model.flux1;

import io.mural.model.layers.Modulation;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.Weights;

/** The last modulated norm, whose two vectors are in the order scale, shift, and the projection to latent tokens. */
record FinalLayer(Linear modulation, Linear projOut) {
    static FinalLayer load(Weights weights, Flux1Config config) {
        int hidden = config.hidden();
        return new FinalLayer(
                weights.linear("norm_out.linear", hidden, 2 * hidden),
                weights.linear("proj_out", hidden, config.inChannels()));
    }

    /** @return the velocity, [img, inChannels] */
    Tensor forward(Ops ops, Tensor img, Tensor conditioning) {
        int hidden = img.cols();
        var both = ops.linear(conditioning, modulation);
        var scale = both.columns(0, hidden);
        var shift = both.columns(hidden, 2 * hidden);
        return ops.linear(ops.modulatedNorm(img, shift, scale, Modulation.EPS), projOut);
    }
}
