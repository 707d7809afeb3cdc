package io.mural.weights.file;

import io.mural.tensor.DType;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a tensor stands in a file.
 *
 * @param name its name in the file
 * @param shape sizes, outermost first; empty for a scalar
 * @param offset first byte, counted from the start of the file
 * @param bytes length in bytes
 */
public record TensorInfo(String name, DType dtype, List<Long> shape, Path file, long offset, long bytes) {
    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /** Number of elements. */
    public long size() {
        return dtype.elements(bytes);
    }
}
