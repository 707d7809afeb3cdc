package io.mural.tensor;

import java.util.Arrays;

/**
 * Rows of one matrix as weighted sums of rows of another, a sparse matrix by rows: row n of the result is the sum of
 * {@code weights[i] * x[rows[i]]} for i from {@code starts[n]} (inclusive) to {@code starts[n + 1]} (exclusive). Means over
 * patches of a token map, bilinear resizing of one and reordering are all of this form.
 *
 * @param inputs rows of x
 * @param starts one more than the result has rows; begins with 0 and never falls
 * @param rows of x, each at least 0 and less than {@code inputs}
 * @param weights as many as {@code rows}
 */
public record RowMix(int inputs, int[] starts, int[] rows, float[] weights) {
    public RowMix {
        if (starts.length < 2 || starts[0] != 0 || starts[starts.length - 1] != rows.length) {
            throw new IllegalArgumentException("the rows of a mix begin at 0 and end with its " + rows.length
                    + " terms; these are " + (starts.length - 1) + " rows");
        }
        if (weights.length != rows.length) {
            throw new IllegalArgumentException(rows.length + " terms of a mix have " + weights.length + " weights");
        }
        for (int n = 1; n < starts.length; n++) {
            if (starts[n] < starts[n - 1]) {
                throw new IllegalArgumentException("row " + n + " of a mix begins before the row above it");
            }
        }
        for (int row : rows) {
            if (row < 0 || row >= inputs) {
                throw new IllegalArgumentException("row " + row + " of " + inputs + " is mixed");
            }
        }
    }

    /** Each row the mean of a group of rows, none of them empty. */
    public static RowMix means(int inputs, int[][] groups) {
        var starts = new int[groups.length + 1];
        for (int n = 0; n < groups.length; n++) {
            if (groups[n].length == 0) {
                throw new IllegalArgumentException("group " + n + " has no rows to take the mean of");
            }
            starts[n + 1] = starts[n] + groups[n].length;
        }
        var rows = new int[starts[groups.length]];
        var weights = new float[rows.length];
        for (int n = 0; n < groups.length; n++) {
            System.arraycopy(groups[n], 0, rows, starts[n], groups[n].length);
            Arrays.fill(weights, starts[n], starts[n + 1], 1f / groups[n].length);
        }
        return new RowMix(inputs, starts, rows, weights);
    }

    /** Rows of the result. */
    public int outputs() {
        return starts.length - 1;
    }
}
