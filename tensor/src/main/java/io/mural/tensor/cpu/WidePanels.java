package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.Matrix;
import java.util.Arrays;

/**
 * Weights of any format as float32, laid out by {@link Panels}: a vector's worth of columns at a time, they are rounded to
 * another format. Columns beyond the last panel are zeros.
 */
record WidePanels(float[] values, int cols, int k) {
    /** Weights' rows {@code row} to {@code row + cols} and columns {@code from} to {@code from + k}. */
    static WidePanels of(Matrix weight, int row, int cols, int from, int k, Scratch scratch) {
        int size = MicroKernel.paddedCols(cols) * k;
        var values = scratch.b(size + LANES);
        Panels.pack(weight, row, cols, from, k, scratch, values);
        Arrays.fill(values, size, size + LANES, 0);
        return new WidePanels(values, cols, k);
    }

    /** Where the first element along k of columns {@code col} to {@code col + LANES} stands. */
    int at(int col) {
        if (col >= MicroKernel.paddedCols(cols)) {
            return zeros();
        }
        int panelCol = col / MicroKernel.COLS * MicroKernel.COLS;
        return panelCol * k + col - panelCol;
    }

    /** How far apart the elements along k stand. */
    int step(int col) {
        if (col >= MicroKernel.paddedCols(cols)) {
            return 0;
        }
        return MicroKernel.panelVectors(cols - col / MicroKernel.COLS * MicroKernel.COLS) * LANES;
    }

    /** Where a vector of zeros stands. */
    int zeros() {
        return MicroKernel.paddedCols(cols) * k;
    }
}
