package io.mural.tensor.cpu;

import io.mural.tensor.Activation;
import io.mural.tensor.Linear;
import io.mural.tensor.Matrix;
import io.mural.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Linear layers as blocked matrix products. A task owns a stripe of {@link #STRIPE} output columns for a block of
 * rows: for every {@link MicroKernel#KC} of k it widens and lays out the stripe's weights once, straight from the
 * file's memory, and passes the rows of the block over them, {@link #GROUP} at a time. Sums start with the bias; the activation is applied when a row's sum is
 * complete. Low-rank additions are more k: {@code y = [x, low_1, low_2 ...] [W, up_1, up_2 ...]^T + bias}.
 *
 * <p>The sum of an element runs over k in one order, whatever stripe or block it falls into, so cutting by the number
 * of threads does not change results.
 */
final class Gemm {
    /** Columns whose weights, widened, take 512 KiB: they stay in the second-level cache. */
    static final int STRIPE = 256 / MicroKernel.COLS * MicroKernel.COLS;
    /** Rows whose sums take 768 KiB. */
    static final int LARGEST_BLOCK = 768;
    /** Rows that pass over the panels together: their part of x and of the sums stays in the second-level cache. */
    static final int GROUP = 16 * MicroKernel.ROWS;
    /** Fewer rows than this do not pay for laying the weights out again. */
    private static final int SMALLEST_BLOCK = 48;
    /** Fewer multiply-adds than this are done before another thread wakes up. */
    static final long SMALL = 200_000;

    /** One addend of a product: x [rows, k] times the transpose of weight [cols, k]. */
    private record Term(Tensor x, Matrix weight) {}

    private final Threads threads;
    private final Scratch[] scratch;

    Gemm(Threads threads, Scratch[] scratch) {
        this.threads = threads;
        this.scratch = scratch;
    }

    /** {@code out = f(x weight^T + bias + sum of low_i up_i^T)}; {@code lows} belong to the layer's adapters in order. */
    void linear(Tensor out, Tensor x, Linear layer, List<Tensor> lows, Activation f) {
        var terms = new ArrayList<Term>();
        terms.add(new Term(x, layer.weight()));
        for (int i = 0; i < lows.size(); i++) {
            terms.add(new Term(lows.get(i), layer.adapters().get(i).up()));
        }
        int m = x.rows();
        int n = layer.out();
        int stripes = (n + STRIPE - 1) / STRIPE;
        int height = blockRows(m, stripes, (long) m * n * layer.in(), MicroKernel.ROWS, threads.count());
        int used = (m + height - 1) / height;
        threads.run(stripes * used, (task, worker) -> {
            int row = task / stripes * height;
            int col = task % stripes * STRIPE;
            stripe(
                    out,
                    terms,
                    layer.bias(),
                    f,
                    row,
                    Math.min(height, m - row),
                    col,
                    Math.min(STRIPE, n - col),
                    scratch[worker]);
        });
    }

    /** Rows of the blocks to cut m rows into, groups of so many: all threads get the same number of tasks. */
    static int blockRows(int m, int stripes, long work, int group, int threads) {
        int least = (m + LARGEST_BLOCK - 1) / LARGEST_BLOCK;
        int blocks = least;
        if (work >= SMALL) {
            int most = Math.max(least, m / SMALLEST_BLOCK);
            while (blocks < most && stripes * blocks % threads != 0 && stripes * blocks < 4 * threads) {
                blocks++;
            }
        }
        int rows = (m + blocks - 1) / blocks;
        return (rows + group - 1) / group * group;
    }

    private static void stripe(
            Tensor out,
            List<Term> terms,
            Optional<Tensor> bias,
            Activation f,
            int row,
            int rows,
            int col,
            int cols,
            Scratch scratch) {
        int width = MicroKernel.paddedCols(cols);
        var b = scratch.b(width * MicroKernel.KC);
        var c = scratch.c((rows + MicroKernel.ROWS) * width);
        var start = bias(bias, col, cols, width, scratch);
        for (int i = 0; i < rows + MicroKernel.ROWS - 1; i++) {
            System.arraycopy(start, 0, c, i * width, width);
        }
        for (int t = 0; t < terms.size(); t++) {
            var term = terms.get(t);
            int inner = term.weight().cols();
            for (int from = 0; from < inner; from += MicroKernel.KC) {
                int k = Math.min(MicroKernel.KC, inner - from);
                boolean last = t == terms.size() - 1 && from + k == inner;
                Panels.pack(term.weight(), col, cols, from, k, scratch, b);
                for (int i = 0; i < rows; i += GROUP) {
                    int group = Math.min(GROUP, rows - i);
                    readRows(term.x(), row + i, group, from, k, scratch.a);
                    MicroKernel.multiply(group, k, cols, scratch.a, 0, k, b, 0, c, i * width, width);
                    if (last) {
                        write(out, row + i, group, col, cols, c, i * width, width, f);
                    }
                }
            }
        }
    }

    /** Adds one product to the sums of a stripe, which lie {@code width} apart. */
    static void add(
            Tensor x, Matrix weight, int row, int rows, int col, int cols, float[] c, int width, Scratch scratch) {
        var b = scratch.b(MicroKernel.paddedCols(cols) * MicroKernel.KC);
        for (int from = 0; from < weight.cols(); from += MicroKernel.KC) {
            int k = Math.min(MicroKernel.KC, weight.cols() - from);
            Panels.pack(weight, col, cols, from, k, scratch, b);
            for (int i = 0; i < rows; i += GROUP) {
                int group = Math.min(GROUP, rows - i);
                readRows(x, row + i, group, from, k, scratch.a);
                MicroKernel.multiply(group, k, cols, scratch.a, 0, k, b, 0, c, i * width, width);
            }
        }
    }

    /** Columns {@code from} to {@code from + k} of some rows, side by side. */
    private static void readRows(Tensor x, int row, int rows, int from, int k, float[] a) {
        if (k == x.cols()) {
            Blocks.read(x, row, rows, a, 0);
            return;
        }
        for (int r = 0; r < rows; r++) {
            x.readRow(row + r, from, a, r * k, k);
        }
    }

    static void write(Tensor out, int row, int rows, int col, int cols, float[] c, int from, int width, Activation f) {
        Exp.apply(f, c, from, rows * width);
        Blocks.write(out, row, rows, col, cols, c, from, width);
    }

    /** The stripe's part of the bias, zeros where there is none. */
    static float[] bias(Optional<Tensor> bias, int col, int cols, int width, Scratch scratch) {
        var values = scratch.bias(width);
        java.util.Arrays.fill(values, 0, width, 0);
        bias.ifPresent(tensor -> tensor.readRow(0, col, values, 0, cols));
        return values;
    }
}
