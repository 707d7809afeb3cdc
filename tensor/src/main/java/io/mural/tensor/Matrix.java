package io.mural.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A weight matrix [rows, cols], row-major, in the format of its file and, as a rule, inside the mapped file. Kernels
 * widen it to float32 while they read it. A name that grep finds in the file comes along for error messages.
 */
public sealed interface Matrix {
    /** Files give no alignment promise beyond the byte. */
    ValueLayout.OfDouble F64_LAYOUT = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(java.nio.ByteOrder.LITTLE_ENDIAN);

    ValueLayout.OfFloat F32_LAYOUT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(java.nio.ByteOrder.LITTLE_ENDIAN);
    ValueLayout.OfShort F16_LAYOUT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(java.nio.ByteOrder.LITTLE_ENDIAN);

    String name();

    int rows();

    int cols();

    /** The elements, little-endian; a row takes {@code dtype().bytes(cols)} bytes. */
    MemorySegment data();

    DType dtype();

    /** One element, widened; what every kernel's reading is compared with. */
    float get(int row, int col);

    /** A matrix of a floating-point {@code dtype}; {@code scale} multiplies fp8 elements and must be 1 for others. */
    static Matrix of(String name, DType dtype, int rows, int cols, MemorySegment data, float scale) {
        if (cols % dtype.blockSize() != 0) {
            throw new InputException(name + " is " + dtype + ", which comes in blocks of " + dtype.blockSize()
                    + " elements, but its rows have " + cols);
        }
        if (data.byteSize() != Math.multiplyExact(rows, dtype.bytes(cols))) {
            throw new IllegalArgumentException(name + ": a " + dtype + " matrix [" + rows + ", " + cols
                    + "] does not take " + data.byteSize() + " bytes");
        }
        return switch (dtype.kind()) {
            case FLOAT -> floats(name, dtype, rows, cols, data, scale);
            case BLOCKS -> new Blocked(name, dtype, rows, cols, data);
            case INTEGER ->
                throw new InputException(name + " holds " + dtype + " elements, but weights must be floating point");
        };
    }

    private static Matrix floats(String name, DType dtype, int rows, int cols, MemorySegment data, float scale) {
        return switch (dtype) {
            case F64 -> new F64(name, rows, cols, data);
            case F32 -> new F32(name, rows, cols, data);
            case F16 -> new F16(name, rows, cols, data);
            case BF16 -> new BF16(name, rows, cols, data);
            case F8_E4M3 -> new F8E4M3(name, rows, cols, data, scale);
            case F8_E5M2 -> new F8E5M2(name, rows, cols, data, scale);
            default -> throw new IllegalStateException(dtype + " is no floating-point format");
        };
    }

    /** Rows {@code from} (inclusive) to {@code to} (exclusive), without a copy. */
    default Matrix rows(int from, int to) {
        if (from < 0 || to <= from || to > rows()) {
            throw new IndexOutOfBoundsException("rows " + from + " to " + to + " of " + this);
        }
        long rowBytes = dtype().bytes(cols());
        var slice = data().asSlice(from * rowBytes, (to - from) * rowBytes);
        return of(name(), dtype(), to - from, cols(), slice, scale());
    }

    /** Factor on every element; only scaled fp8 files have one. */
    default float scale() {
        return 1;
    }

    private static long index(Matrix matrix, int row, int col) {
        return (long) row * matrix.cols() + col;
    }

    record F64(String name, int rows, int cols, MemorySegment data) implements Matrix {
        @Override
        public DType dtype() {
            return DType.F64;
        }

        @Override
        public float get(int row, int col) {
            return (float) data.get(F64_LAYOUT, index(this, row, col) * Double.BYTES);
        }
    }

    record F32(String name, int rows, int cols, MemorySegment data) implements Matrix {
        /** A contiguous tensor as a weight [rows, cols]; both stay views of the same memory. */
        public static F32 of(String name, int rows, int cols, Tensor tensor) {
            if (!tensor.contiguous() || tensor.shape().size() != (long) rows * cols) {
                throw new IllegalArgumentException(
                        name + ": a tensor " + tensor.shape() + " is no matrix [" + rows + ", " + cols + "]");
            }
            return new F32(name, rows, cols, tensor.segment());
        }

        @Override
        public DType dtype() {
            return DType.F32;
        }

        @Override
        public float get(int row, int col) {
            return data.get(F32_LAYOUT, index(this, row, col) * Float.BYTES);
        }
    }

    record F16(String name, int rows, int cols, MemorySegment data) implements Matrix {
        @Override
        public DType dtype() {
            return DType.F16;
        }

        @Override
        public float get(int row, int col) {
            return Float.float16ToFloat(data.get(F16_LAYOUT, index(this, row, col) * Short.BYTES));
        }
    }

    record BF16(String name, int rows, int cols, MemorySegment data) implements Matrix {
        @Override
        public DType dtype() {
            return DType.BF16;
        }

        @Override
        public float get(int row, int col) {
            return FloatFormats.bf16ToFloat(data.get(F16_LAYOUT, index(this, row, col) * Short.BYTES));
        }
    }

    record F8E4M3(String name, int rows, int cols, MemorySegment data, float scale) implements Matrix {
        @Override
        public DType dtype() {
            return DType.F8_E4M3;
        }

        @Override
        public float get(int row, int col) {
            return scale * FloatFormats.f8e4m3ToFloat(data.get(ValueLayout.JAVA_BYTE, index(this, row, col)));
        }
    }

    record F8E5M2(String name, int rows, int cols, MemorySegment data, float scale) implements Matrix {
        @Override
        public DType dtype() {
            return DType.F8_E5M2;
        }

        @Override
        public float get(int row, int col) {
            return scale * FloatFormats.f8e5m2ToFloat(data.get(ValueLayout.JAVA_BYTE, index(this, row, col)));
        }
    }

    /** Any format whose elements share scales; a row is a whole number of blocks. */
    record Blocked(String name, DType dtype, int rows, int cols, MemorySegment data) implements Matrix {
        /** Where the block that holds an element begins. */
        public long blockAt(int row, int col) {
            return index(this, row, col) / dtype.blockSize() * dtype.blockBytes();
        }

        @Override
        public float get(int row, int col) {
            return BlockFormats.element(dtype, data, blockAt(row, col), col % dtype.blockSize());
        }
    }
}
