package io.mural.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The float32 matrices that are trained, with their gradients; rows of a matrix are found by where they stand. */
final class TapeLeaves {
    private record Leaf(Matrix.F32 matrix, Tensor gradient) {}

    private final Workspace memory;
    private final GradientKernels kernels;
    private final TreeMap<Long, Leaf> matrices = new TreeMap<>();
    private final List<Tensor> gradients = new ArrayList<>();

    TapeLeaves(Workspace memory, GradientKernels kernels) {
        this.memory = memory;
        this.kernels = kernels;
    }

    void add(Matrix.F32 matrix) {
        if (!matrix.data().isNative()) {
            throw new IllegalArgumentException(matrix.name() + " stands on the heap; trained weights have an address");
        }
        matrices.put(matrix.data().address(), new Leaf(matrix, gradient(Shape.of(matrix.rows(), matrix.cols()))));
    }

    /** @return the vector's gradient */
    Tensor add(Tensor vector) {
        return gradient(vector.root().shape());
    }

    private Tensor gradient(Shape shape) {
        var gradient = memory.allocate(shape);
        kernels.zero(gradient);
        gradients.add(gradient);
        return gradient;
    }

    /** The gradient of a matrix, or of some of its rows; empty if it is not trained. */
    Optional<Tensor> of(Matrix matrix) {
        if (!(matrix instanceof Matrix.F32) || matrices.isEmpty()) {
            return Optional.empty();
        }
        long address = matrix.data().address();
        Map.Entry<Long, Leaf> entry = matrices.floorEntry(address);
        if (entry == null
                || address >= entry.getKey() + entry.getValue().matrix().data().byteSize()) {
            return Optional.empty();
        }
        int row = (int) ((address - entry.getKey()) / ((long) matrix.cols() * Float.BYTES));
        return Optional.of(entry.getValue().gradient().rows(row, row + matrix.rows()));
    }

    void zero() {
        gradients.forEach(kernels::zero);
    }
}
