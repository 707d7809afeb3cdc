package io.mural.model.wan;

/**
 * Bilinear resizing along one side, pixel centres aligned: which elements an element of the result is a sum of.
 *
 * @param from the first element for each of the result
 * @param weights of it and those behind it
 */
record Resampling(int[] from, float[][] weights) {
    /** The side as it is. */
    static Resampling none(int size) {
        return of(size, size, false);
    }

    /** @param antialias whether a smaller result takes in all that it stands for, as torchvision does from 0.17 on */
    static Resampling of(int in, int out, boolean antialias) {
        var from = new int[out];
        var weights = new float[out][];
        double scale = (double) in / out;
        for (int i = 0; i < out; i++) {
            if (antialias && scale > 1) {
                triangle(i, in, scale, from, weights);
            } else {
                double at = Math.max(0, (i + 0.5) * scale - 0.5);
                int first = Math.min((int) at, in - 1);
                float second = first + 1 < in ? (float) (at - first) : 0;
                from[i] = first;
                weights[i] = second == 0 ? new float[] {1} : new float[] {1 - second, second};
            }
        }
        return new Resampling(from, weights);
    }

    /** A triangle as wide as two elements of the result, cut off at the ends. */
    private static void triangle(int i, int in, double scale, int[] from, float[][] weights) {
        double centre = scale * (i + 0.5);
        int first = Math.max((int) (centre - scale + 0.5), 0);
        int last = Math.min((int) (centre + scale + 0.5), in);
        var shares = new double[last - first];
        double sum = 0;
        for (int j = 0; j < shares.length; j++) {
            shares[j] = Math.max(0, 1 - Math.abs((j + first - centre + 0.5) / scale));
            sum += shares[j];
        }
        from[i] = first;
        weights[i] = new float[shares.length];
        for (int j = 0; j < shares.length; j++) {
            weights[i][j] = (float) (shares[j] / sum);
        }
    }

    int size() {
        return from.length;
    }
}
