package io.mural.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Repeatable operands for the conformance tests; what it makes lives as long as the JVM's collector sees it used. */
final class Samples {
    private final Random random;

    Samples(long seed) {
        this.random = new Random(seed);
    }

    /** Normally distributed numbers. */
    float[] normal(int count) {
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** A tensor on memory of its own, contiguous. */
    Tensor tensor(int... dims) {
        var shape = Shape.of(dims);
        var tensor = Tensor.of(Arena.ofAuto().allocate(shape.size() * Float.BYTES, 64), shape);
        tensor.copyFrom(normal(Math.toIntExact(shape.size())));
        return tensor;
    }

    /** The columns {@code 3} to {@code 3 + cols} of a wider tensor whose other columns are NaN. */
    Tensor strided(int rows, int cols) {
        var wide = tensor(rows, cols + 7);
        for (int row = 0; row < rows; row++) {
            for (int col = 0; col < cols + 7; col++) {
                if (col < 3 || col >= cols + 3) {
                    wide.set(row, col, Float.NaN);
                }
            }
        }
        return wide.columns(3, cols + 3);
    }

    /** A matrix in the format, at an odd address as in files. */
    Matrix matrix(String name, DType dtype, int rows, int cols) {
        long bytes = rows * dtype.bytes(cols);
        var data = Arena.ofAuto().allocate(bytes + 1).asSlice(1);
        if (dtype.isBlocked()) {
            blocks(dtype, data);
            return Matrix.of(name, dtype, rows, cols, data, 1);
        }
        for (long i = 0; i < (long) rows * cols; i++) {
            float value = (float) random.nextGaussian();
            switch (dtype) {
                case F64 -> data.set(Matrix.F64_LAYOUT, i * Double.BYTES, value);
                case F32 -> data.set(Matrix.F32_LAYOUT, i * Float.BYTES, value);
                case F16 -> data.set(Matrix.F16_LAYOUT, i * Short.BYTES, Float.floatToFloat16(value));
                case BF16 -> data.set(Matrix.F16_LAYOUT, i * Short.BYTES, FloatFormats.floatToBf16(value));
                // magnitudes up to 2 and subnormal numbers, both signs, no NaN
                case F8_E4M3 -> data.set(ValueLayout.JAVA_BYTE, i, (byte) (random.nextInt(0x41) | sign()));
                case F8_E5M2 -> data.set(ValueLayout.JAVA_BYTE, i, (byte) (random.nextInt(0x41) | sign()));
                default -> throw new IllegalArgumentException("no weights of " + dtype);
            }
        }
        float scale = dtype == DType.F8_E4M3 || dtype == DType.F8_E5M2 ? 0.37f : 1;
        return Matrix.of(name, dtype, rows, cols, data, scale);
    }

    /** Any bits, with halves of both signs, zeros and subnormal ones among them, where a block has its scales. */
    private void blocks(DType dtype, MemorySegment data) {
        var bytes = new byte[Math.toIntExact(data.byteSize())];
        random.nextBytes(bytes);
        MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
        for (long block = 0; block < bytes.length; block += dtype.blockBytes()) {
            for (int at : BlockFormats.scales(dtype)) {
                float scale = random.nextInt(8) == 0 ? 0x1p-20f * random.nextInt(3) : (float) random.nextGaussian();
                data.set(Matrix.F16_LAYOUT, block + at, Float.floatToFloat16(scale));
            }
        }
    }

    private int sign() {
        return random.nextBoolean() ? 0x80 : 0;
    }

    /** The magnitudes of a tensor. */
    static Tensor magnitudes(Tensor x) {
        var result = Tensor.of(Arena.ofAuto().allocate(x.shape().size() * Float.BYTES, 64), x.shape());
        for (int row = 0; row < x.rows(); row++) {
            for (int col = 0; col < x.cols(); col++) {
                result.set(row, col, Math.abs(x.get(row, col)));
            }
        }
        return result;
    }

    /** The magnitudes of a matrix, as float32. */
    static Matrix magnitudes(Matrix matrix) {
        var data = Arena.ofAuto().allocate((long) matrix.rows() * matrix.cols() * Float.BYTES);
        for (int row = 0; row < matrix.rows(); row++) {
            for (int col = 0; col < matrix.cols(); col++) {
                long index = (long) row * matrix.cols() + col;
                data.set(Matrix.F32_LAYOUT, index * Float.BYTES, Math.abs(matrix.get(row, col)));
            }
        }
        return Matrix.of(matrix.name(), DType.F32, matrix.rows(), matrix.cols(), data, 1);
    }
}
