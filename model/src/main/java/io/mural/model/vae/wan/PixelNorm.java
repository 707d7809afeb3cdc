package io.mural.model.vae.wan;

import io.mural.tensor.Activation;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;

/**
 * The norm over the channels of each pixel: {@code x / max(|x|, 1e-12) * sqrt(channels) * gamma}, an RMSNorm whose
 * epsilon only keeps a pixel of zeros from dividing by zero.
 *
 * @param gamma [1, channels]
 */
record PixelNorm(Tensor gamma) {
    private static final float EPS = 1e-30f;

    static PixelNorm load(Weights weights, String part, int channels) {
        return new PixelNorm(weights.table(part + ".gamma", 1, channels));
    }

    /** [height, width, channels] to the same, a tensor of the current unit. */
    Tensor forward(Ops ops, Tensor x, Activation f) {
        var out = ops.empty(x.shape().dim(0), x.shape().dim(1), x.cols());
        ops.rmsNorm(out, x, gamma, EPS);
        if (f != Activation.NONE) {
            ops.activate(out, f);
        }
        return out;
    }
}
