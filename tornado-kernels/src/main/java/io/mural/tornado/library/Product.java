package io.mural.tornado.library;

import io.mural.tensor.Matrix;
import io.mural.tensor.Tensor;
import io.mural.tornado.kernels.ElementKernels;
import java.util.Optional;

/**
 * {@code out = f(alpha x weight^T + beta out + bias)} with x [rows, in], weight [columns, in], out [rows, columns].
 *
 * @param activation its number in {@link ElementKernels}
 */
public record Product(
        Tensor out, Tensor x, Matrix weight, Optional<Tensor> bias, int activation, float alpha, float beta) {
    int rows() {
        return x.rows();
    }

    int in() {
        return weight.cols();
    }

    int columns() {
        return weight.rows();
    }
}
