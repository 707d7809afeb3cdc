package io.mural.bench;

import io.mural.tensor.DType;
import io.mural.tensor.FloatFormats;
import io.mural.tensor.Matrix;
import io.mural.tensor.Shape;
import io.mural.tensor.Tensor;
import io.mural.weights.quantize.BlockEncoder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

/**
 * Operands of benchmarks: uniform numbers from -0.5 to 0.5, the same in every run, in memory of their own; and what else a
 * piece of work needs until it is measured.
 */
final class Operands implements AutoCloseable {
    private final Random random = new Random(1);
    private final Arena arena = Arena.ofShared();
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private final int threads;

    Operands() {
        this(1);
    }

    /** @param threads that work may use */
    Operands(int threads) {
        this.threads = threads;
    }

    int threads() {
        return threads;
    }

    /** Closes it with the operands. */
    <T extends AutoCloseable> T owned(T resource) {
        owned.push(resource);
        return resource;
    }

    /** A folder for files of this name that are made once and kept among what was built. */
    Path folder(String name) {
        return Path.of("bench", "target", "parts", name);
    }

    Tensor tensor(int... dims) {
        var shape = Shape.of(dims);
        var tensor = Tensor.of(arena.allocate(shape.size() * Float.BYTES, 64), shape);
        var row = new float[tensor.cols()];
        for (int r = 0; r < tensor.rows(); r++) {
            for (int c = 0; c < row.length; c++) {
                row[c] = random.nextFloat() - 0.5f;
            }
            tensor.writeRow(r, 0, row, 0, row.length);
        }
        return tensor;
    }

    Matrix matrix(DType dtype, int rows, int cols) {
        var data = arena.allocate(rows * dtype.bytes(cols), 64);
        if (dtype.isBlocked()) {
            blocks(dtype, rows, cols, data);
        } else {
            elements(dtype, (long) rows * cols, data);
        }
        return Matrix.of("benchmark.weight", dtype, rows, cols, data, 1);
    }

    private void elements(DType dtype, long size, MemorySegment data) {
        for (long i = 0; i < size; i++) {
            float value = random.nextFloat() - 0.5f;
            switch (dtype) {
                case F32 -> data.set(Matrix.F32_LAYOUT, i * Float.BYTES, value);
                case F16 -> data.set(Matrix.F16_LAYOUT, i * Short.BYTES, Float.floatToFloat16(value));
                case BF16 -> data.set(Matrix.F16_LAYOUT, i * Short.BYTES, FloatFormats.floatToBf16(value));
                case F8_E4M3, F8_E5M2 -> data.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(0x40));
                default -> throw new IllegalArgumentException("no benchmark has weights of " + dtype);
            }
        }
    }

    private void blocks(DType dtype, int rows, int cols, MemorySegment data) {
        var encoder = new BlockEncoder();
        var row = new float[cols];
        long bytes = dtype.bytes(cols);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                row[c] = random.nextFloat() - 0.5f;
            }
            encoder.encode(dtype, row, cols, data.asSlice(r * bytes, bytes));
        }
    }

    @Override
    public void close() {
        for (var resource : owned) {
            try {
                resource.close();
            } catch (Exception e) {
                throw new IllegalStateException("an operand does not close", e);
            }
        }
        arena.close();
    }
}
