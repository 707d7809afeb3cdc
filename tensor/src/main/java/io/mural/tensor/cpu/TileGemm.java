package io.mural.tensor.cpu;

import io.mural.tensor.Activation;
import io.mural.tensor.Linear;
import io.mural.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Linear layers as {@link Gemm} computes them, with operands in a shorter format and kernels in machine code: x is rounded
 * once for a product, and a stripe's weights as they are laid out. Sums, bias, adapters and activation are float32.
 *
 * <p>Here, too, the sum of an element runs over k in one order, whatever stripe or block it falls into.
 */
final class TileGemm {
    /** Ints of rows of x that are held rounded: with more, x is taken in parts. */
    private static final int MOST_LEFT = 1 << 24;
    /** Groups of rows that pass over the panels together, as in {@link Gemm#GROUP}. */
    private static final int GROUPS = 16;
    /** Rows that a task rounds. */
    private static final int ROUNDED = 16;

    private final Threads threads;
    private final Scratch[] scratch;
    private final TileLayout layout;
    /** Rows of x, rounded. */
    private int[] left = {};

    TileGemm(Threads threads, Scratch[] scratch, TileLayout layout) {
        this.threads = threads;
        this.scratch = scratch;
        this.layout = layout;
    }

    /** A product at hand: {@code stride} ints of {@link #left} a row. */
    private record Call(Tensor out, Tensor x, Linear layer, List<Tensor> lows, Activation f, int stride) {
        Call rows(int from, int to) {
            var parts = lows.stream().map(low -> low.rows(from, to)).toList();
            return new Call(out.rows(from, to), x.rows(from, to), layer, parts, f, stride);
        }
    }

    /** As {@link Gemm#linear}. */
    void linear(Tensor out, Tensor x, Linear layer, List<Tensor> lows, Activation f) {
        // what the last vector of a row writes beyond it is overwritten by the next row
        int stride = layout.steps(layer.in()) * layout.rowInts();
        var call = new Call(out, x, layer, lows, f, stride);
        int most = Math.max(Gemm.LARGEST_BLOCK, MOST_LEFT / stride / Gemm.LARGEST_BLOCK * Gemm.LARGEST_BLOCK);
        for (int row = 0; row < x.rows(); row += most) {
            part(most >= x.rows() ? call : call.rows(row, Math.min(row + most, x.rows())));
        }
    }

    private void part(Call call) {
        int m = call.x().rows();
        int n = call.layer().out();
        int size = (m + layout.tiles().rows()) * call.stride() + 2 * Lanes.LANES;
        if (left.length < size) {
            left = new int[size];
        }
        long work = (long) m * n * call.layer().in();
        int stripes = (n + Gemm.STRIPE - 1) / Gemm.STRIPE;
        if (work < Gemm.SMALL) {
            round(call, 0, m, scratch[0]);
        } else {
            threads.run(
                    (m + ROUNDED - 1) / ROUNDED,
                    (task, worker) ->
                            round(call, task * ROUNDED, Math.min(task * ROUNDED + ROUNDED, m), scratch[worker]));
        }
        int height = Gemm.blockRows(m, stripes, work, layout.tiles().rows(), threads.count());
        int blocks = (m + height - 1) / height;
        threads.run(stripes * blocks, (task, worker) -> {
            int row = task / stripes * height;
            int col = task % stripes * Gemm.STRIPE;
            stripe(call, row, Math.min(height, m - row), col, Math.min(Gemm.STRIPE, n - col), scratch[worker]);
        });
    }

    private void round(Call call, int from, int to, Scratch scratch) {
        int k = call.layer().in();
        var row = scratch.rows(layout.padded(k));
        // a vector may reach beyond the end of a row, into one that another thread writes
        var rounded = scratch.tile(call.stride() + Lanes.LANES);
        for (int r = from; r < to; r++) {
            call.x().readRow(r, 0, row, 0, k);
            layout.row(row, k, rounded, 0, scratch);
            System.arraycopy(rounded, 0, left, r * call.stride(), call.stride());
        }
    }

    private void stripe(Call call, int row, int rows, int col, int cols, Scratch scratch) {
        int width = Math.max(layout.tiles().padded(cols), MicroKernel.paddedCols(cols));
        int inner = call.layer().in();
        int height = rows + Math.max(layout.tiles().rows(), MicroKernel.ROWS);
        var c = scratch.c(height * width);
        var start = Gemm.bias(call.layer().bias(), col, cols, width, scratch);
        for (int i = 0; i < height; i++) {
            System.arraycopy(start, 0, c, i * width, width);
        }
        int depth = Math.min(layout.depth(), inner);
        var b = scratch.tile(
                layout.steps(depth) * layout.columnInts() * layout.tiles().padded(cols));
        for (int from = 0; from < inner; from += depth) {
            int k = Math.min(depth, inner - from);
            layout.pack(call.layer().weight(), col, cols, from, k, scratch, b);
            long at = (long) row * call.stride() + (long) layout.steps(from) * layout.rowInts();
            int most = GROUPS * layout.tiles().rows();
            for (int i = 0; i < rows; i += most) {
                int group = Math.min(most, rows - i);
                long a = at + (long) i * call.stride();
                multiply(layout, group, k, cols, left, a, call.stride(), b, c, i * width, width);
            }
        }
        for (int i = 0; i < call.lows().size(); i++) {
            var up = call.layer().adapters().get(i).up();
            Gemm.add(call.lows().get(i), up, row, rows, col, cols, c, width, scratch);
        }
        Gemm.write(call.out(), row, rows, col, cols, c, 0, width, call.f());
    }

    /** {@code c [rows, cols] += a b^T}, panel by panel; whole groups of rows are read and written. */
    static void multiply(
            TileLayout layout,
            int rows,
            int k,
            int cols,
            int[] a,
            long aFrom,
            int aStride,
            int[] b,
            float[] c,
            int cFrom,
            int cStride) {
        var tiles = layout.tiles();
        int steps = layout.steps(k);
        int groups = (rows + tiles.rows() - 1) / tiles.rows();
        var left = MemorySegment.ofArray(a).asSlice(aFrom * Integer.BYTES);
        var right = MemorySegment.ofArray(b);
        var sums = MemorySegment.ofArray(c);
        int widest = tiles.widths().getFirst();
        for (int col = 0; col < cols; col += widest) {
            tiles.kernel(tiles.width(cols - col))
                    .multiply(
                            left,
                            right.asSlice((long) Integer.BYTES * col * steps * layout.columnInts()),
                            sums.asSlice((long) Float.BYTES * (cFrom + col)),
                            steps,
                            (long) aStride * Integer.BYTES,
                            (long) cStride * Float.BYTES,
                            groups);
        }
    }
}
