package io.mural.tensor.cpu;

import io.mural.tensor.Matrix;
import io.mural.tensor.Tensor;
import java.util.Arrays;

/**
 * The two products that go backwards through a linear layer, cut into tasks like {@link Gemm}: {@code dx += g W}, for
 * which the rows of W lie as {@link MicroKernel} wants them and are only widened, and {@code dW += g^T x}, for which g
 * is turned. The sum of an element runs over k in one order, whatever stripe or block it falls into.
 */
final class GradientProducts {
    /** Rows of sums of a task. */
    private static final int BLOCK = 384;
    /** Fewer multiply-adds than this are done before another thread wakes up. */
    private static final long SMALL = 200_000;

    private final Threads threads;
    private final Scratch[] scratch;

    GradientProducts(Threads threads, Scratch[] scratch) {
        this.threads = threads;
        this.scratch = scratch;
    }

    /** Writes rows of a left operand, columns {@code from} to {@code from + k}, side by side. */
    private interface Left {
        void read(int row, int rows, int from, int k, Scratch memory);
    }

    /** Writes rows {@code from} to {@code from + k} of a right operand, columns {@code col} on, as panels. */
    private interface Right {
        void pack(int col, int cols, int from, int k, Scratch memory, float[] b);
    }

    /** {@code dx += g W}: [rows, out] times [out, in]. */
    void product(Tensor dx, Tensor g, Matrix weight) {
        run(
                dx,
                g.cols(),
                (row, rows, from, k, memory) -> {
                    for (int r = 0; r < rows; r++) {
                        g.readRow(row + r, from, memory.a, r * k, k);
                    }
                },
                (col, cols, from, k, memory, b) -> {
                    var line = memory.rows(Lanes.up(cols));
                    for (int r = 0; r < k; r++) {
                        Widening.readInOrder(weight, from + r, col, cols, memory, line, 0);
                        place(line, r, k, cols, b);
                    }
                });
    }

    /** {@code dW += g^T x}: [out, in] of [rows, out] and [rows, in]. */
    void outer(Tensor dWeight, Tensor g, Tensor x) {
        run(
                dWeight,
                g.rows(),
                (row, rows, from, k, memory) -> {
                    var line = memory.rows(rows);
                    for (int p = 0; p < k; p++) {
                        g.readRow(from + p, row, line, 0, rows);
                        for (int r = 0; r < rows; r++) {
                            memory.a[r * k + p] = line[r];
                        }
                    }
                },
                (col, cols, from, k, memory, b) -> {
                    var line = memory.rows(Lanes.up(cols));
                    for (int r = 0; r < k; r++) {
                        x.readRow(from + r, col, line, 0, cols);
                        place(line, r, k, cols, b);
                    }
                });
    }

    /** Row {@code r} of {@code k} rows, as one row of every panel. */
    private static void place(float[] line, int r, int k, int cols, float[] b) {
        for (int col = 0; col < cols; col += MicroKernel.COLS) {
            int width = MicroKernel.panelVectors(cols - col) * Lanes.LANES;
            int present = Math.min(width, cols - col);
            int to = col * k + r * width;
            System.arraycopy(line, col, b, to, present);
            Arrays.fill(b, to + present, to + width, 0);
        }
    }

    private void run(Tensor sums, int inner, Left left, Right right) {
        int m = sums.rows();
        int n = sums.cols();
        int stripes = Math.ceilDiv(n, Gemm.STRIPE);
        int blocks = Math.ceilDiv(m, BLOCK);
        if ((long) m * n * inner > SMALL && stripes * blocks < threads.count()) {
            blocks = Math.min(Math.ceilDiv(threads.count(), stripes), Math.ceilDiv(m, Gemm.GROUP / 4));
        }
        int height = up(Math.ceilDiv(m, blocks));
        int used = Math.ceilDiv(m, height);
        threads.run(stripes * used, (task, worker) -> {
            int row = task / stripes * height;
            int col = task % stripes * Gemm.STRIPE;
            stripe(
                    sums,
                    row,
                    Math.min(height, m - row),
                    col,
                    Math.min(Gemm.STRIPE, n - col),
                    inner,
                    left,
                    right,
                    scratch[worker]);
        });
    }

    private static int up(int rows) {
        return Math.ceilDiv(rows, MicroKernel.ROWS) * MicroKernel.ROWS;
    }

    private static void stripe(
            Tensor sums, int row, int rows, int col, int cols, int inner, Left left, Right right, Scratch memory) {
        int width = MicroKernel.paddedCols(cols);
        var b = memory.b(width * MicroKernel.KC);
        var c = memory.c((rows + MicroKernel.ROWS) * width);
        Arrays.fill(c, 0, (rows + MicroKernel.ROWS) * width, 0);
        for (int from = 0; from < inner; from += MicroKernel.KC) {
            int k = Math.min(MicroKernel.KC, inner - from);
            right.pack(col, cols, from, k, memory, b);
            for (int i = 0; i < rows; i += Gemm.GROUP) {
                int group = Math.min(Gemm.GROUP, rows - i);
                left.read(row + i, group, from, k, memory);
                MicroKernel.multiply(group, k, cols, memory.a, 0, k, b, 0, c, i * width, width);
            }
        }
        var line = memory.rows(cols);
        for (int r = 0; r < rows; r++) {
            sums.readRow(row + r, col, line, 0, cols);
            for (int i = 0; i < cols; i++) {
                line[i] += c[r * width + i];
            }
            sums.writeRow(row + r, col, line, 0, cols);
        }
    }
}
