package io.mural.tornado;

import io.mural.tensor.Tensor;

/** Tensors for measuring. */
interface Scratch {
    Tensor take(int rows, int columns);

    void giveBack(Tensor tensor);
}
