package io.mural.model.image;

/** Resampling with the Lanczos kernel of three lobes, widened when the picture shrinks so that nothing aliases. */
public final class Resize {
    private static final double LOBES = 3;

    private Resize() {}

    /** The contributions to one target position: source positions from {@code first} on, weights summing to 1. */
    private record Taps(int first, float[] weights) {}

    public static RgbImage lanczos(RgbImage image, int width, int height) {
        if (image.width() == width && image.height() == height) {
            return image;
        }
        var wide = horizontally(image, taps(image.width(), width));
        return vertically(wide, width, taps(image.height(), height));
    }

    private static float[] horizontally(RgbImage image, Taps[] taps) {
        var out = new float[image.height() * taps.length * 3];
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < taps.length; x++) {
                for (int c = 0; c < 3; c++) {
                    float sum = 0;
                    for (int t = 0; t < taps[x].weights().length; t++) {
                        int source = (y * image.width() + taps[x].first() + t) * 3 + c;
                        sum += taps[x].weights()[t] * (image.rgb()[source] & 0xff);
                    }
                    out[(y * taps.length + x) * 3 + c] = sum;
                }
            }
        }
        return out;
    }

    private static RgbImage vertically(float[] values, int width, Taps[] taps) {
        var rgb = new byte[taps.length * width * 3];
        for (int y = 0; y < taps.length; y++) {
            for (int i = 0; i < width * 3; i++) {
                float sum = 0;
                for (int t = 0; t < taps[y].weights().length; t++) {
                    sum += taps[y].weights()[t] * values[(taps[y].first() + t) * width * 3 + i];
                }
                rgb[y * width * 3 + i] = (byte) Math.clamp(Math.round(sum), 0, 255);
            }
        }
        return new RgbImage(width, taps.length, rgb);
    }

    private static Taps[] taps(int from, int to) {
        double ratio = (double) from / to;
        double stretch = Math.max(ratio, 1);
        var taps = new Taps[to];
        for (int i = 0; i < to; i++) {
            double centre = (i + 0.5) * ratio;
            int first = (int) Math.max(0, Math.floor(centre - LOBES * stretch));
            int last = (int) Math.min(from, Math.ceil(centre + LOBES * stretch));
            var weights = new float[last - first];
            float sum = 0;
            for (int t = 0; t < weights.length; t++) {
                weights[t] = (float) kernel((first + t + 0.5 - centre) / stretch);
                sum += weights[t];
            }
            for (int t = 0; t < weights.length; t++) {
                weights[t] /= sum;
            }
            taps[i] = new Taps(first, weights);
        }
        return taps;
    }

    private static double kernel(double x) {
        return Math.abs(x) < LOBES ? sinc(x) * sinc(x / LOBES) : 0;
    }

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }
}
