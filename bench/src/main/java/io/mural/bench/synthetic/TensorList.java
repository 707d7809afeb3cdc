package io.mural.bench.synthetic;

import io.mural.tensor.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The tensors of one part in the order of its blocks. Deviations are such that what goes through a layer keeps its
 * size: numbers in a synthetic model are as large as in a trained one, so that neither overflow nor vanishing numbers
 * make its arithmetic faster or slower.
 */
final class TensorList {
    private static final double BIAS = 0.02;
    private static final double NEAR_ONE = 0.05;

    private final DType dtype;
    private final List<SyntheticTensor> tensors = new ArrayList<>();

    /** @param dtype of all floating-point tensors */
    TensorList(DType dtype) {
        this.dtype = dtype;
    }

    List<SyntheticTensor> tensors() {
        return Collections.unmodifiableList(tensors);
    }

    /** {@code name.weight} [out, in] and {@code name.bias} [out]. */
    void linear(String name, long in, long out) {
        linearNoBias(name, in, out);
        vector(name + ".bias", out, 0, BIAS);
    }

    /** {@code name.weight} [out, in] */
    void linearNoBias(String name, long in, long out) {
        matrix(name + ".weight", out, in, 1 / Math.sqrt(in));
    }

    /** {@code name.weight} [out, in, kernel, kernel] and {@code name.bias} [out]. */
    void conv(String name, long in, long out, long kernel) {
        double deviation = 1 / Math.sqrt(in * kernel * kernel);
        add(new SyntheticTensor(name + ".weight", dtype, List.of(out, in, kernel, kernel), 0, deviation));
        vector(name + ".bias", out, 0, BIAS);
    }

    /** {@code name.weight} [out, in, frames, rows, columns] and {@code name.bias} [out]. */
    void filter(String name, long in, long out, long frames, long rows, long columns) {
        double deviation = 1 / Math.sqrt(in * frames * rows * columns);
        add(new SyntheticTensor(name + ".weight", dtype, List.of(out, in, frames, rows, columns), 0, deviation));
        vector(name + ".bias", out, 0, BIAS);
    }

    /** {@code name.gamma} [n, 1, ...], near one. */
    void gamma(String name, Long... shape) {
        add(new SyntheticTensor(name + ".gamma", dtype, List.of(shape), 1, NEAR_ONE));
    }

    /** What a timestep's modulation is added to: {@code name} [1, rows, n], near zero. */
    void table(String name, long rows, long n) {
        add(new SyntheticTensor(name, dtype, List.of(1L, rows, n), 0, NEAR_ONE));
    }

    /** {@code name.weight} [n], near one. */
    void scale(String name, long n) {
        vector(name + ".weight", n, 1, NEAR_ONE);
    }

    /** {@code name.weight} [n], near one, and {@code name.bias} [n]. */
    void norm(String name, long n) {
        scale(name, n);
        vector(name + ".bias", n, 0, BIAS);
    }

    void matrix(String name, long rows, long cols, double deviation) {
        add(new SyntheticTensor(name, dtype, List.of(rows, cols), 0, deviation));
    }

    void vector(String name, long n, double mean, double deviation) {
        add(new SyntheticTensor(name, dtype, List.of(n), mean, deviation));
    }

    /** A whole number, zero. */
    void counter(String name) {
        add(new SyntheticTensor(name, DType.I64, List.of(), 0, 0));
    }

    private void add(SyntheticTensor tensor) {
        tensors.add(tensor);
    }
}
