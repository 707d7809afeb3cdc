package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Lays rows of a right operand [cols, k], as weights and keys come, out as the panels of {@link MicroKernel}. Rows are
 * transposed as ints with their elements still packed, a block of vectors at a time, and widened on their way into the
 * panel.
 */
final class Panels {
    /** The format of rows that are float32 already. */
    static final Matrix FLOATS = new Matrix.F32("floats", 0, 0, MemorySegment.NULL);

    private Panels() {}

    /** Weights' rows {@code row} to {@code row + cols} and columns {@code from} to {@code from + k}. */
    static void pack(Matrix weight, int row, int cols, int from, int k, Scratch scratch, float[] b) {
        if (weight instanceof Matrix.Blocked blocked) {
            BlockWidening.pack(blocked, row, cols, from, k, scratch, b);
            return;
        }
        // an odd number of cache lines keeps the rows of a block in different sets of the cache
        int stride = Lanes.up(Widening.ints(weight, k)) + LANES;
        scratch.raw(LANES * stride);
        int padded = MicroKernel.paddedCols(cols);
        for (int col = 0; col < padded; col += LANES) {
            int present = Math.clamp(cols - col, 0, LANES);
            for (int r = 0; r < present; r++) {
                Widening.read(weight, row + col + r, from, k, scratch, r * stride);
            }
            Arrays.fill(scratch.raw, present * stride, LANES * stride, 0);
            place(weight, scratch.raw, 0, stride, k, cols, col, scratch, b, 0);
        }
    }

    /**
     * Lays out a vector's worth of columns.
     *
     * @param format how {@code raw} holds elements
     * @param raw rows {@code col} to {@code col + LANES} of the operand, {@code stride} ints apart
     * @param cols columns of all panels together
     * @param b where the panels begin at {@code to}
     */
    static void place(
            Matrix format,
            int[] raw,
            int from,
            int stride,
            int k,
            int cols,
            int col,
            Scratch scratch,
            float[] b,
            int to) {
        int places = Widening.places(format);
        int ints = Widening.ints(format, k);
        int panelCol = col / MicroKernel.COLS * MicroKernel.COLS;
        int step = MicroKernel.panelVectors(cols - panelCol) * LANES;
        int panel = to + panelCol * k + col - panelCol;
        var block = scratch.block;
        for (int i = 0; i < ints; i += LANES) {
            transpose(raw, from + i, stride, Math.min(LANES, ints - i), block);
            // the last int may hold fewer elements than places
            int whole = Math.min(LANES, k / places - i);
            Widening.widen(format, block, 0, whole * LANES, b, panel + i * places * step, step, places * step);
            if (whole < LANES && k % places > 0) {
                Widening.widen(format, block, whole * LANES, LANES, scratch.last, 0, LANES, LANES);
                for (int p = 0; p < k % places; p++) {
                    System.arraycopy(scratch.last, p * LANES, b, panel + ((i + whole) * places + p) * step, LANES);
                }
            }
        }
    }

    /** {@code out[i LANES + r] = x[from + r stride + i]} for the rows r of a vector and i up to count. */
    private static void transpose(int[] x, int from, int stride, int count, int[] out) {
        for (int r = 0; r < LANES; r++) {
            int row = from + r * stride;
            for (int i = 0; i < count; i++) {
                out[i * LANES + r] = x[row + i];
            }
        }
    }
}
