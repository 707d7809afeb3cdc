package io.mural.train.files;

import io.mural.tensor.DType;
import io.mural.weights.file.SafetensorsWriter;

/** Float32 values on their way to a file, in the file's format. */
final class TensorValues {
    private TensorValues() {}

    static void add(SafetensorsWriter writer, String name, long[] shape, float[] values, DType dtype) {
        if (dtype == DType.F32) {
            writer.add(name, shape, values);
        } else {
            writer.add(name, dtype, shape, LoraFiles.shorts(values, dtype));
        }
    }
}
