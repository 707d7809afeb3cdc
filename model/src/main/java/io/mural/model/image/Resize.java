package io.mural.model.image;

import java.util.Arrays;

/**
 * Resampling with the Lanczos kernel of three lobes, widened when the picture shrinks so that nothing aliases. Equal to
 * Pillow's to the bit: weights are whole numbers of 2^-22, and each of the two passes rounds to a byte.
 */
public final class Resize {
    private static final double LOBES = 3;
    private static final int PRECISION = 22;
    private static final int HALF = 1 << (PRECISION - 1);

    private Resize() {}

    /** The contributions to one target position: source positions from {@code first} on, weights summing to 2^22. */
    private record Taps(int first, int[] weights) {}

    public static RgbImage lanczos(RgbImage image, int width, int height) {
        if (image.width() == width && image.height() == height) {
            return image;
        }
        return new RgbImage(width, height, resized(image.rgb(), 3, image.width(), image.height(), width, height));
    }

    public static GrayImage lanczos(GrayImage image, int width, int height) {
        if (image.width() == width && image.height() == height) {
            return image;
        }
        return new GrayImage(width, height, resized(image.values(), 1, image.width(), image.height(), width, height));
    }

    private static byte[] resized(byte[] pixels, int channels, int width, int height, int newWidth, int newHeight) {
        // As Pillow does, a pass that would change nothing is left out.
        var wide = width == newWidth ? pixels : horizontally(pixels, channels, width, height, taps(width, newWidth));
        return height == newHeight ? wide : vertically(wide, newWidth * channels, taps(height, newHeight));
    }

    private static byte[] horizontally(byte[] pixels, int channels, int width, int height, Taps[] taps) {
        var out = new byte[Math.multiplyExact(height, taps.length * channels)];
        for (int y = 0; y < height; y++) {
            int row = y * width * channels;
            int to = y * taps.length * channels;
            for (var tap : taps) {
                for (int c = 0; c < channels; c++, to++) {
                    int sum = HALF;
                    int at = row + tap.first() * channels + c;
                    for (int weight : tap.weights()) {
                        sum += weight * (pixels[at] & 0xff);
                        at += channels;
                    }
                    out[to] = rounded(sum);
                }
            }
        }
        return out;
    }

    private static byte[] vertically(byte[] pixels, int rowBytes, Taps[] taps) {
        var out = new byte[Math.multiplyExact(taps.length, rowBytes)];
        var sums = new int[rowBytes];
        for (int y = 0; y < taps.length; y++) {
            Arrays.fill(sums, HALF);
            for (int t = 0; t < taps[y].weights().length; t++) {
                int weight = taps[y].weights()[t];
                int from = (taps[y].first() + t) * rowBytes;
                for (int i = 0; i < rowBytes; i++) {
                    sums[i] += weight * (pixels[from + i] & 0xff);
                }
            }
            for (int i = 0; i < rowBytes; i++) {
                out[y * rowBytes + i] = rounded(sums[i]);
            }
        }
        return out;
    }

    private static byte rounded(int sum) {
        return (byte) Math.clamp(sum >> PRECISION, 0, 255);
    }

    private static Taps[] taps(int from, int to) {
        double ratio = (double) from / to;
        double stretch = Math.max(ratio, 1);
        double support = LOBES * stretch;
        var taps = new Taps[to];
        for (int i = 0; i < to; i++) {
            double centre = (i + 0.5) * ratio;
            int first = Math.max(0, (int) (centre - support + 0.5));
            int last = Math.min(from, (int) (centre + support + 0.5));
            var weights = new double[last - first];
            double sum = 0;
            for (int t = 0; t < weights.length; t++) {
                weights[t] = kernel((first + t + 0.5 - centre) / stretch);
                sum += weights[t];
            }
            var whole = new int[weights.length];
            for (int t = 0; t < weights.length; t++) {
                double scaled = weights[t] / sum * (1 << PRECISION);
                whole[t] = (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
            }
            taps[i] = new Taps(first, whole);
        }
        return taps;
    }

    private static double kernel(double x) {
        return x >= -LOBES && x < LOBES ? sinc(x) * sinc(x / LOBES) : 0;
    }

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }
}
