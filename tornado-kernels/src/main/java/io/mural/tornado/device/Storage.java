package io.mural.tornado.device;

import io.mural.tensor.DType;
import io.mural.tensor.FloatFormats;
import io.mural.tornado.kernels.Kernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import uk.ac.manchester.tornado.api.types.arrays.BFloat16Array;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** How a device stores weights. Activations, biases and norms are float32 everywhere. */
public enum Storage {
    F32(Float.BYTES, Kernel.GEMM_F32, Kernel.CONV_F32, Kernel.EMBEDDING_F32, Kernel.COPY),
    F16(Short.BYTES, Kernel.GEMM_F16, Kernel.CONV_F16, Kernel.EMBEDDING_F16, Kernel.COPY_F16),
    BF16(Short.BYTES, Kernel.GEMM_BF16, Kernel.CONV_BF16, Kernel.EMBEDDING_BF16, Kernel.COPY_BF16);

    private final int bytes;
    private final Kernel gemm;
    private final Kernel conv;
    private final Kernel embedding;
    private final Kernel copy;

    Storage(int bytes, Kernel gemm, Kernel conv, Kernel embedding, Kernel copy) {
        this.bytes = bytes;
        this.gemm = gemm;
        this.conv = conv;
        this.embedding = embedding;
        this.copy = copy;
    }

    int bytes() {
        return bytes;
    }

    public Kernel gemm() {
        return gemm;
    }

    public Kernel conv() {
        return conv;
    }

    public Kernel embedding() {
        return embedding;
    }

    Kernel copy() {
        return copy;
    }

    /** Whether a file's elements of this type need no conversion. */
    boolean is(DType dtype) {
        return dtype.name().equals(name());
    }

    TornadoNativeArray array(int elements) {
        return switch (this) {
            case F32 -> new FloatArray(elements);
            case F16 -> new HalfFloatArray(elements);
            case BF16 -> new BFloat16Array(elements);
        };
    }

    /** Writes an element to the memory of such an array, rounded to nearest. */
    void set(MemorySegment memory, long index, float value) {
        switch (this) {
            case F32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
            case F16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, index, Float.floatToFloat16(value));
            case BF16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, index, FloatFormats.floatToBf16(value));
        }
    }
}
