package io.mural.evaluate.network;

import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.Linear;
import io.mural.tensor.Matrix;
import io.mural.tensor.Shape;
import io.mural.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Tensors of a file by name, changed on the way in; it owns the memory of the changed copies. */
final class WeightCopies implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final NamedWeights file;
    private final String prefix;

    /** @param prefix what stands before every name in the file, possibly nothing */
    WeightCopies(NamedWeights file, String prefix) {
        this.file = file;
        this.prefix = prefix;
    }

    boolean has(String name) {
        return file.has(prefix + name);
    }

    /** The values of a tensor, row-major. */
    float[] floats(String name) {
        return file.floats(prefix + name);
    }

    /** The values of a vector [n]. */
    float[] floats(String name, int n) {
        var values = floats(name);
        if (values.length != n) {
            throw wrong(name, "[" + n + "]");
        }
        return values;
    }

    /** The sizes of a tensor of the given rank. */
    int[] shape(String name, int rank) {
        var shape = file.shape(prefix + name);
        if (shape.size() != rank || shape.stream().anyMatch(size -> size < 1 || size > Integer.MAX_VALUE)) {
            throw wrong(name, "a tensor of rank " + rank);
        }
        return shape.stream().mapToInt(Long::intValue).toArray();
    }

    InputException wrong(String name, String expected) {
        return new InputException(file.source() + ": " + prefix + name + " is " + file.shape(prefix + name)
                + ", expected " + expected + "; the file is of another network");
    }

    /** A copy of values as a tensor of the given sizes. */
    Tensor tensor(float[] values, int... dims) {
        var tensor = Tensor.of(copy(values), Shape.of(dims));
        if (tensor.shape().size() != values.length) {
            throw new IllegalArgumentException(values.length + " values for " + Arrays.toString(dims));
        }
        return tensor;
    }

    /** A copy of values as a weight matrix under the name of the tensor they come from. */
    Matrix matrix(String name, float[] values, int rows, int cols) {
        return Matrix.of(prefix + name, DType.F32, rows, cols, copy(values), 1);
    }

    /** The layer of {@code part.weight} [out, in] and {@code part.bias} [out]. */
    Linear linear(String part, int in) {
        var shape = shape(part + ".weight", 2);
        if (shape[1] != in) {
            throw wrong(part + ".weight", "[" + shape[0] + ", " + in + "]");
        }
        var weight = matrix(part + ".weight", floats(part + ".weight"), shape[0], in);
        var bias = tensor(floats(part + ".bias", shape[0]), shape[0]);
        return new Linear(weight, Optional.of(bias), List.of());
    }

    /** {@code x w} of a stored [in, out]: the layer of its transpose. */
    Linear transposed(String name, int in) {
        var shape = shape(name, 2);
        if (shape[0] != in) {
            throw wrong(name, "[" + in + ", " + shape[1] + "]");
        }
        var stored = floats(name);
        var values = new float[stored.length];
        for (int row = 0; row < in; row++) {
            for (int col = 0; col < shape[1]; col++) {
                values[col * in + row] = stored[row * shape[1] + col];
            }
        }
        return new Linear(matrix(name, values, shape[1], in), Optional.empty(), List.of());
    }

    private MemorySegment copy(float[] values) {
        var memory = arena.allocate((long) values.length * Float.BYTES, 64);
        MemorySegment.copy(values, 0, memory, Matrix.F32_LAYOUT, 0, values.length);
        return memory;
    }

    @Override
    public void close() {
        arena.close();
    }
}
