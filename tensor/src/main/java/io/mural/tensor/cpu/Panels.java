package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.Matrix;

/** Lays rows of a right operand [cols, k], as weights and keys come, out as the panels of {@link MicroKernel}. */
final class Panels {
    private Panels() {}

    /** Weights' rows {@code row} to {@code row + cols} and columns {@code from} to {@code from + k}. */
    static void pack(Matrix weight, int row, int cols, int from, int k, Scratch scratch, float[] b) {
        int phases = Widening.phases(weight);
        int phaseStride = Widening.stride(weight, k);
        int stride = phases * phaseStride;
        var rows = scratch.rows(LANES * stride);
        int padded = MicroKernel.paddedCols(cols);
        for (int col = 0; col < padded; col += LANES) {
            int present = Math.clamp(cols - col, 0, LANES);
            for (int r = 0; r < present; r++) {
                Widening.read(weight, row + col + r, from, k, scratch, rows, r * stride);
            }
            java.util.Arrays.fill(rows, present * stride, LANES * stride, 0);
            int vectors = MicroKernel.panelVectors(cols - col / MicroKernel.COLS * MicroKernel.COLS);
            int panel = col / MicroKernel.COLS * MicroKernel.COLS * k + col % MicroKernel.COLS;
            int step = vectors * LANES;
            for (int p = 0; p < phases; p++) {
                int count = (k - p + phases - 1) / phases;
                transpose(rows, p * phaseStride, stride, count, b, panel + p * step, phases * step);
            }
        }
    }

    /** Rows [cols, k] that lie {@code stride} apart in {@code rows}, a whole number of vectors of them readable. */
    static void pack(float[] rows, int from, int stride, int cols, int k, float[] b, int to) {
        int padded = MicroKernel.paddedCols(cols);
        for (int col = 0; col < padded; col += LANES) {
            int vectors = MicroKernel.panelVectors(cols - col / MicroKernel.COLS * MicroKernel.COLS);
            int panel = to + col / MicroKernel.COLS * MicroKernel.COLS * k + col % MicroKernel.COLS;
            transpose(rows, from + col * stride, stride, k, b, panel, vectors * LANES);
        }
    }

    /** {@code out[to + i step + r] = x[from + r stride + i]} for the rows r of a vector and i up to count. */
    static void transpose(float[] x, int from, int stride, int count, float[] out, int to, int step) {
        for (int r = 0; r < LANES; r++) {
            for (int i = 0, j = to + r; i < count; i++, j += step) {
                out[j] = x[from + r * stride + i];
            }
        }
    }
}
