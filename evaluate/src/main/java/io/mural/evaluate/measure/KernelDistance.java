package io.mural.evaluate.measure;

import io.mural.tensor.InputException;
import java.util.Random;

/**
 * The kernel distance of two sets of features (KID, arXiv 1801.01401): the squared maximum mean discrepancy with the
 * kernel (x.y / d + 1)^3, without bias, so it may be negative. Over subsets of equal size, mean and population deviation.
 */
public final class KernelDistance {
    private KernelDistance() {}

    /** Over all subsets. */
    public record Result(double mean, double deviation, double[] subsets) {}

    /**
     * Subsets drawn from a seed.
     *
     * @param size rows of a subset, at most those of the smaller set
     */
    public static Result of(float[] a, float[] b, int features, int subsets, int size, long seed) {
        int most = Math.min(a.length, b.length) / features;
        if (most < 2) {
            throw new InputException("KID takes at least 2 pictures on each side");
        }
        int taken = Math.min(size, most);
        var random = new Random(seed);
        var ofA = new int[subsets][];
        var ofB = new int[subsets][];
        for (int i = 0; i < subsets; i++) {
            ofA[i] = draw(random, a.length / features, taken);
            ofB[i] = draw(random, b.length / features, taken);
        }
        return of(a, b, features, ofA, ofB);
    }

    /** Subsets given by their rows, one of each side a turn. */
    public static Result of(float[] a, float[] b, int features, int[][] ofA, int[][] ofB) {
        var values = new double[ofA.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = discrepancy(chosen(a, features, ofA[i]), chosen(b, features, ofB[i]), features);
        }
        double mean = 0;
        for (double value : values) {
            mean += value / values.length;
        }
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean) / values.length;
        }
        return new Result(mean, Math.sqrt(squares), values);
    }

    /** Of all rows at once. */
    public static double discrepancy(float[] a, float[] b, int features) {
        int n = a.length / features;
        int m = b.length / features;
        double within = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                within += 2 * kernel(a, i, a, j, features) / ((double) n * (n - 1));
            }
        }
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < i; j++) {
                within += 2 * kernel(b, i, b, j, features) / ((double) m * (m - 1));
            }
        }
        double between = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                between += kernel(a, i, b, j, features);
            }
        }
        return within - 2 * between / ((double) n * m);
    }

    private static double kernel(float[] a, int i, float[] b, int j, int features) {
        double dot = 0;
        for (int f = 0, at = i * features, other = j * features; f < features; f++) {
            dot += (double) a[at + f] * b[other + f];
        }
        double base = dot / features + 1;
        return base * base * base;
    }

    private static float[] chosen(float[] values, int features, int[] rows) {
        var chosen = new float[rows.length * features];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] < 0 || rows[i] >= values.length / features) {
                throw new InputException("row " + rows[i] + " of " + values.length / features + " rows of features");
            }
            System.arraycopy(values, rows[i] * features, chosen, i * features, features);
        }
        return chosen;
    }

    /** Different rows, in the order drawn. */
    private static int[] draw(Random random, int rows, int count) {
        var order = new int[rows];
        for (int i = 0; i < rows; i++) {
            order[i] = i;
        }
        var drawn = new int[count];
        for (int i = 0; i < count; i++) {
            int other = i + random.nextInt(rows - i);
            drawn[i] = order[other];
            order[other] = order[i];
        }
        return drawn;
    }
}
