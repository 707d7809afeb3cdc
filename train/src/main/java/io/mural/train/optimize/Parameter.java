package io.mural.train.optimize;

import io.mural.tensor.Tensor;

/**
 * Weights that are trained together under one name, in float32.
 *
 * @param value changed by an optimiser
 * @param gradient of the loss, as large as the value
 */
public record Parameter(String name, Tensor value, Tensor gradient) {
    public Parameter {
        if (value.shape().size() != gradient.shape().size()) {
            throw new IllegalArgumentException(
                    name + " is " + value.shape() + " but its gradient is " + gradient.shape());
        }
    }

    public int size() {
        return Math.toIntExact(value.shape().size());
    }
}
