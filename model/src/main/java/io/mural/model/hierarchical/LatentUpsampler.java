package io.mural.model.hierarchical;

/**
 * Bicubic enlargement by a whole factor (Keys' kernel with a = -0.75, pixel centres aligned, edges repeated), as
 * torch's {@code interpolate} does it with {@code align_corners=False}.
 */
public final class LatentUpsampler {
    private static final double A = -0.75;
    private static final int TAPS = 4;

    private LatentUpsampler() {}

    /**
     * @param picture [height, width, channels]
     * @param outHeight at most ratio x height: what lies beyond is cut off
     * @param outWidth at most ratio x width
     * @return [outHeight, outWidth, channels]
     */
    public static float[] enlarge(
            float[] picture, int height, int width, int channels, int ratio, int outHeight, int outWidth) {
        var wide = new float[height * outWidth * channels];
        for (int x = 0; x < outWidth; x++) {
            var weights = weights(x, ratio);
            int first = first(x, ratio);
            for (int tap = 0; tap < TAPS; tap++) {
                int source = Math.clamp(first + tap, 0, width - 1);
                for (int y = 0; y < height; y++) {
                    int from = (y * width + source) * channels;
                    int to = (y * outWidth + x) * channels;
                    add(picture, from, wide, to, channels, weights[tap]);
                }
            }
        }
        int rowSize = outWidth * channels;
        var out = new float[outHeight * rowSize];
        for (int y = 0; y < outHeight; y++) {
            var weights = weights(y, ratio);
            int first = first(y, ratio);
            for (int tap = 0; tap < TAPS; tap++) {
                int source = Math.clamp(first + tap, 0, height - 1);
                add(wide, source * rowSize, out, y * rowSize, rowSize, weights[tap]);
            }
        }
        return out;
    }

    private static void add(float[] x, int from, float[] out, int to, int count, float weight) {
        for (int i = 0; i < count; i++) {
            out[to + i] += weight * x[from + i];
        }
    }

    private static double centre(int target, int ratio) {
        return (target + 0.5) / ratio - 0.5;
    }

    private static int first(int target, int ratio) {
        return (int) Math.floor(centre(target, ratio)) - 1;
    }

    private static float[] weights(int target, int ratio) {
        double t = centre(target, ratio) - Math.floor(centre(target, ratio));
        return new float[] {(float) outer(1 + t), (float) inner(t), (float) inner(1 - t), (float) outer(2 - t)};
    }

    /** Keys' kernel at a distance up to 1. */
    private static double inner(double x) {
        return ((A + 2) * x - (A + 3)) * x * x + 1;
    }

    /** Keys' kernel at a distance from 1 to 2. */
    private static double outer(double x) {
        return ((A * x - 5 * A) * x + 8 * A) * x - 4 * A;
    }
}
