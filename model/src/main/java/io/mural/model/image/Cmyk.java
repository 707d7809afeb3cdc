package io.mural.model.image;

import java.awt.image.Raster;

/**
 * Pictures for printers as sRGB, by the formula that programs use which have no profile of the printer: what ink leaves of
 * the light, {@code (255 - ink) * (255 - black) / 255}.
 */
final class Cmyk {
    private static final int INKS = JpegHead.CMYK;
    private static final int BLACK = 3;
    private static final int FULL = 255;
    private static final int MIDDLE = 128;

    private Cmyk() {}

    /** @param raster four samples a pixel, as the file has them */
    static RgbImage rgb(Raster raster, JpegHead head) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        var rgb = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
        var row = new int[width * INKS];
        for (int y = 0; y < height; y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                light(row, x * INKS, head);
                for (int c = 0; c < 3; c++) {
                    rgb[(y * width + x) * 3 + c] =
                            (byte) ((row[x * INKS + c] * row[x * INKS + BLACK] + FULL / 2) / FULL);
                }
            }
        }
        return new RgbImage(width, height, rgb);
    }

    /** Samples to what each ink leaves of the light, in place; that is how Adobe's programs store them. */
    private static void light(int[] samples, int at, JpegHead head) {
        if (head.adobe() < 0) {
            for (int i = at; i < at + INKS; i++) {
                samples[i] = FULL - samples[i];
            }
        } else if (head.adobe() == JpegHead.YCCK) {
            double luma = samples[at];
            double blue = samples[at + 1] - MIDDLE;
            double red = samples[at + 2] - MIDDLE;
            // The colours of JFIF, which stand for ink here.
            samples[at] = FULL - rounded(luma + 1.402 * red);
            samples[at + 1] = FULL - rounded(luma - 0.344136 * blue - 0.714136 * red);
            samples[at + 2] = FULL - rounded(luma + 1.772 * blue);
        }
    }

    private static int rounded(double value) {
        return Math.clamp(Math.round(value), 0, FULL);
    }
}
