package io.mural.model.layers;

import io.mural.tensor.Activation;
import io.mural.tensor.Linear;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;

/** {@code second(f(first(x)))}: feed-forward layers, and the embedders of time, guidance and pooled text. */
public record Mlp(Linear first, Activation f, Linear second) {
    public Tensor forward(Ops ops, Tensor x) {
        return ops.linear(ops.linear(x, first, f), second);
    }
}
