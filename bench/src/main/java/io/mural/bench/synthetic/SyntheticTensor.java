package io.mural.bench.synthetic;

import io.mural.tensor.DType;
import java.util.List;

/**
 * A tensor of a synthetic model: normally distributed elements, or zeros where the type is of whole numbers.
 *
 * @param shape sizes, outermost first; empty for a scalar
 * @param mean of the elements
 * @param deviation of the elements
 */
record SyntheticTensor(String name, DType dtype, List<Long> shape, double mean, double deviation) {
    SyntheticTensor {
        shape = List.copyOf(shape);
    }

    long[] sizes() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    /** As stored. */
    long bytes() {
        return shape.stream().reduce((long) dtype.bytes(), Math::multiplyExact);
    }
}
