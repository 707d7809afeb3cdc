package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.INT;
import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.IntVector;

/**
 * Lays rows of a right operand [cols, k], as weights and keys come, out as the panels of {@link MicroKernel}. Rows are
 * transposed as ints with their elements still packed, a block of vectors at a time, and widened on their way into the
 * panel.
 */
final class Panels {
    /** The format of rows that are float32 already. */
    static final Matrix FLOATS = new Matrix.F32("floats", 0, 0, MemorySegment.NULL);

    /** Lanes of two vectors in turns: of their first halves, and of their second. */
    private static final IntVector FIRST_HALF = turns(0);

    private static final IntVector SECOND_HALF = turns(LANES / 2);

    private Panels() {}

    private static IntVector turns(int from) {
        int[] places = new int[LANES];
        for (int i = 0; i < LANES; i++) {
            places[i] = from + i / 2 + i % 2 * LANES;
        }
        return IntVector.fromArray(INT, places, 0);
    }

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
            transpose(raw, from + i, stride, scratch);
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

    /**
     * {@code scratch.block[i LANES + r] = x[from + r stride + i]} for the rows r and columns i of a square of vectors.
     * Zipping rows that are half a square apart rotates the bits of every element's place (row, column) by one; after as
     * many times as a row's number has bits, row and column have changed places.
     */
    static void transpose(int[] x, int from, int stride, Scratch scratch) {
        int stages = Integer.numberOfTrailingZeros(LANES);
        zip(x, from, stride, stages % 2 == 1 ? scratch.block : scratch.spare);
        for (int left = stages - 1; left > 0; left--) {
            zip(left % 2 == 1 ? scratch.spare : scratch.block, 0, LANES, left % 2 == 1 ? scratch.block : scratch.spare);
        }
    }

    private static void zip(int[] x, int from, int stride, int[] out) {
        int half = LANES / 2;
        for (int r = 0; r < half; r++) {
            var upper = IntVector.fromArray(INT, x, from + r * stride);
            var lower = IntVector.fromArray(INT, x, from + (r + half) * stride);
            FIRST_HALF.selectFrom(upper, lower).intoArray(out, 2 * r * LANES);
            SECOND_HALF.selectFrom(upper, lower).intoArray(out, (2 * r + 1) * LANES);
        }
    }
}
