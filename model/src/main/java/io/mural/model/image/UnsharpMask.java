package io.mural.model.image;

/** Sharpening: a picture plus part of its difference from a blurred copy. */
public final class UnsharpMask {
    private static final double REACH = 3;

    private UnsharpMask() {}

    /**
     * {@code picture + amount * (picture - gauss(picture, sigma))}, cut off at black and white.
     *
     * @param sigma of the blur, pixels
     */
    public static RgbImage apply(RgbImage image, double sigma, double amount) {
        int width = image.width();
        int height = image.height();
        var kernel = gauss(sigma);
        int reach = kernel.length / 2;
        var rgb = new byte[image.rgb().length];
        // Rows blurred from left to right, kept as long as the blur from top to bottom needs them.
        var rows = new float[kernel.length][width * 3];
        for (int y = -reach; y < height + reach; y++) {
            blurRow(image, Math.clamp(y, 0, height - 1), kernel, rows[Math.floorMod(y, kernel.length)]);
            int centre = y - reach;
            for (int i = 0; centre >= 0 && i < width * 3; i++) {
                float blurred = 0;
                for (int t = 0; t < kernel.length; t++) {
                    blurred += kernel[t] * rows[Math.floorMod(centre + t - reach, kernel.length)][i];
                }
                int value = image.rgb()[centre * width * 3 + i] & 0xff;
                rgb[centre * width * 3 + i] = (byte) Math.clamp(Math.round(value + amount * (value - blurred)), 0, 255);
            }
        }
        return new RgbImage(width, height, rgb);
    }

    private static void blurRow(RgbImage image, int y, float[] kernel, float[] out) {
        int reach = kernel.length / 2;
        int width = image.width();
        for (int x = 0; x < width; x++) {
            for (int c = 0; c < 3; c++) {
                float sum = 0;
                for (int t = 0; t < kernel.length; t++) {
                    int source = Math.clamp(x + t - reach, 0, width - 1);
                    sum += kernel[t] * (image.rgb()[(y * width + source) * 3 + c] & 0xff);
                }
                out[x * 3 + c] = sum;
            }
        }
    }

    private static float[] gauss(double sigma) {
        int reach = (int) Math.ceil(REACH * sigma);
        var kernel = new float[2 * reach + 1];
        float sum = 0;
        for (int i = 0; i < kernel.length; i++) {
            kernel[i] = (float) Math.exp(-(i - reach) * (i - reach) / (2 * sigma * sigma));
            sum += kernel[i];
        }
        for (int i = 0; i < kernel.length; i++) {
            kernel[i] /= sum;
        }
        return kernel;
    }
}
