package io.mural.model.vae;

import io.mural.tensor.Activation;
import io.mural.tensor.Moments;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;

/** A group norm with its weights, each [channels]. */
record GroupNorm(int groups, Tensor weight, Tensor bias) {
    private static final float EPS = 1e-6f;

    static GroupNorm load(Weights norm, int channels, int groups) {
        return new GroupNorm(groups, norm.vector("weight", channels), norm.vector("bias", channels));
    }

    Tensor forward(Ops ops, Tensor x, Activation f) {
        return ops.groupNorm(x, groups, weight, bias, EPS, f);
    }

    /** With the mean and variance of a picture that {@code x} is a part of. */
    Tensor forward(Ops ops, Tensor x, Moments moments, Activation f) {
        return ops.groupNorm(x, moments, weight, bias, EPS, f);
    }
}
