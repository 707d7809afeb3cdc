package io.mural.evaluate.pixels;

import java.util.function.DoubleUnaryOperator;

/**
 * What one target position is made of: source positions from {@code first} on, with weights that sum to 1. A picture is
 * resized by such lists, one for its columns and one for its rows.
 */
record Taps(int first, double[] weights) {

    int end() {
        return first + weights.length;
    }

    /**
     * A kernel around the centre of each target position, widened when the picture shrinks, so that every source pixel
     * counts (Pillow's {@code precompute_coeffs}).
     *
     * @param reach where the kernel ends, in source pixels at scale 1
     */
    static Taps[] widened(int from, int to, double reach, DoubleUnaryOperator kernel) {
        double scale = (double) from / to;
        double stretch = Math.max(scale, 1);
        double support = reach * stretch;
        var taps = new Taps[to];
        for (int i = 0; i < to; i++) {
            double centre = (i + 0.5) * scale;
            int first = Math.max(0, (int) (centre - support + 0.5));
            int end = Math.min(from, (int) (centre + support + 0.5));
            var weights = new double[end - first];
            double sum = 0;
            for (int t = 0; t < weights.length; t++) {
                weights[t] = kernel.applyAsDouble((first + t - centre + 0.5) / stretch);
                sum += weights[t];
            }
            for (int t = 0; t < weights.length; t++) {
                weights[t] /= sum;
            }
            taps[i] = new Taps(first, weights);
        }
        return taps;
    }

    /** Two neighbours at any scale; {@code offset} is 0.5 where pixels have centres, 0 where they have corners. */
    static Taps[] pairs(int from, int to, double offset) {
        double scale = (double) from / to;
        var taps = new Taps[to];
        for (int i = 0; i < to; i++) {
            double at = Math.max(0, (i + offset) * scale - offset);
            int first = Math.min((int) at, from - 1);
            double second = at - first;
            taps[i] = first + 1 < from && second > 0
                    ? new Taps(first, new double[] {1 - second, second})
                    : new Taps(first, new double[] {1});
        }
        return taps;
    }

    /** The cubic kernel with a = -1/2 (Keys 1981, Catmull-Rom), which ends at 2. */
    static double cubic(double x) {
        double a = -0.5;
        double d = Math.abs(x);
        if (d < 1) {
            return ((a + 2) * d - (a + 3)) * d * d + 1;
        }
        return d < 2 ? ((d - 5) * d + 8) * d * a - 4 * a : 0;
    }

    /** The triangle, which ends at 1. */
    static double triangle(double x) {
        return Math.max(0, 1 - Math.abs(x));
    }
}
