package io.mural.tensor.cpu;

import io.mural.tensor.Matrix;
import io.mural.tensor.cpu.machine.Tiles;

/** Rounds the operands of products to a format of {@link Tiles} and lays them out as its kernels read them. */
interface TileLayout {
    Tiles tiles();

    /** Elements of k that the panels of a stripe hold at a time, so that they stay in the second-level cache. */
    int depth();

    /** Steps of a kernel over so many elements of k. */
    int steps(int k);

    /** Ints of a row of the left operand for a step. */
    int rowInts();

    /** Ints of a panel for a step and column. */
    int columnInts();

    /**
     * Rounds {@code k} values of a row, {@code steps(k) * rowInts()} ints.
     *
     * @param row with room for what the last step has beyond k, {@link #padded}, which is overwritten
     * @param a with room for a vector more than the row
     */
    void row(float[] row, int k, int[] a, int at, Scratch scratch);

    /** Floats that a row needs room for. */
    int padded(int k);

    /** Weights' rows {@code row} to {@code row + cols} and columns {@code from} to {@code from + k} as panels. */
    void pack(Matrix weight, int row, int cols, int from, int k, Scratch scratch, int[] b);
}
