package io.mural.tornado.device;

import io.mural.tensor.Tensor;

/** Tensors for measuring. */
public interface Scratch {
    Tensor take(int rows, int columns);

    void giveBack(Tensor tensor);
}
