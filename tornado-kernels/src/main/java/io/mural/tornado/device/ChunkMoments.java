package io.mural.tornado.device;

import io.mural.tensor.Moments;
import io.mural.tornado.kernels.NormKernels;

/** Moments of chunks of pixels, as {@link NormKernels#moments} leaves them, put together in double precision. */
public final class ChunkMoments {
    /** A value near the mean, the sum of deviations from it, the sum of their squares. */
    public static final int FIELDS = 3;

    private ChunkMoments() {}

    /**
     * @param parts [chunks, groups, FIELDS]
     * @param size channels of a group
     */
    public static Moments merge(float[] parts, int pixels, int groups, int size) {
        Moments all = null;
        for (int from = 0, chunk = 0; from < pixels; from += NormKernels.CHUNK, chunk++) {
            long count = (long) Math.min(NormKernels.CHUNK, pixels - from) * size;
            var means = new double[groups];
            var squares = new double[groups];
            for (int group = 0; group < groups; group++) {
                int at = (chunk * groups + group) * FIELDS;
                double rest = parts[at + 1] / (double) count;
                means[group] = parts[at] + rest;
                squares[group] = parts[at + 2] - count * rest * rest;
            }
            var part = new Moments(count, means, squares);
            all = all == null ? part : all.with(part);
        }
        return all;
    }

    /** Of every group: its mean, what the mean's rounding takes off normed values too much or too little, 1 / deviation. */
    public static float[] factors(Moments moments, float eps) {
        var values = new float[moments.groups() * FIELDS];
        for (int group = 0; group < moments.groups(); group++) {
            double mean = moments.means()[group];
            double factor = 1 / Math.sqrt(moments.squares()[group] / moments.count() + eps);
            values[group * FIELDS] = (float) mean;
            values[group * FIELDS + 1] = (float) (((float) mean - mean) * factor);
            values[group * FIELDS + 2] = (float) factor;
        }
        return values;
    }
}
