package io.mural.tensor.cpu;

import io.mural.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Copies whole rows of tensors to the heap, where kernels work, and back: side by side, without the stride. */
final class Blocks {
    /** Floats that a kernel reads, changes and writes at a time: they stay in the first-level cache. */
    static final int SIZE = 2048;
    /** Floats of work for a task. */
    private static final int TASK = 8192;

    private Blocks() {}

    /** Rows that make up about {@link #SIZE} floats. */
    static int rows(Tensor x) {
        return Math.max(1, SIZE / x.cols());
    }

    /** Rows of a task, a multiple of {@link #rows}. */
    static int taskRows(Tensor x) {
        return Math.max(1, TASK / x.cols() / rows(x)) * rows(x);
    }

    static void read(Tensor x, int row, int rows, float[] to, int offset) {
        if (x.contiguous()) {
            long from = (long) row * x.rowStride() * Float.BYTES;
            MemorySegment.copy(x.segment(), ValueLayout.JAVA_FLOAT, from, to, offset, rows * x.cols());
            return;
        }
        for (int r = 0; r < rows; r++) {
            x.readRow(row + r, 0, to, offset + r * x.cols(), x.cols());
        }
    }

    static void write(Tensor x, int row, int rows, float[] from, int offset) {
        if (x.contiguous()) {
            long to = (long) row * x.rowStride() * Float.BYTES;
            MemorySegment.copy(from, offset, x.segment(), ValueLayout.JAVA_FLOAT, to, rows * x.cols());
            return;
        }
        for (int r = 0; r < rows; r++) {
            x.writeRow(row + r, 0, from, offset + r * x.cols(), x.cols());
        }
    }

    /** Columns {@code col} to {@code col + cols} of rows that lie {@code width} apart; whole rows in one piece. */
    static void write(Tensor x, int row, int rows, int col, int cols, float[] from, int offset, int width) {
        if (cols < x.cols()) {
            for (int r = 0; r < rows; r++) {
                x.writeRow(row + r, col, from, offset + r * width, cols);
            }
            return;
        }
        for (int r = 1; r < rows && cols < width; r++) {
            System.arraycopy(from, offset + r * width, from, offset + r * cols, cols);
        }
        write(x, row, rows, from, offset);
    }
}
