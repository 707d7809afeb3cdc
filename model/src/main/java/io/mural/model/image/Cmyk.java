package io.mural.model.image;

import java.awt.image.Raster;
import java.util.Optional;

/**
 * Pictures for printers as sRGB: by the printer's profile, and where the file has none by the formula that programs use
 * then, what ink leaves of the light, {@code (255 - ink) * (255 - black) / 255}.
 */
final class Cmyk {
    private static final int INKS = JpegHead.CMYK;
    private static final int COLOURS = 3;
    private static final int BLACK = 3;
    private static final int FULL = 255;
    private static final int MIDDLE = 128;

    private Cmyk() {}

    /**
     * @param raster four samples a pixel, as the file has them
     * @param profile what colours the inks have
     */
    static RgbImage rgb(Raster raster, JpegHead head, Optional<ColourProfile> profile) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        var rgb = new byte[Math.multiplyExact(Math.multiplyExact(width, height), COLOURS)];
        var samples = new int[width * INKS];
        var row = new byte[width * COLOURS];
        for (int y = 0; y < height; y++) {
            raster.getPixels(0, y, width, 1, samples);
            for (int x = 0; x < width; x++) {
                light(samples, x * INKS, head);
            }
            if (profile.isPresent()) {
                profile.get().inksToSrgb(inks(samples), row);
            } else {
                multiply(samples, row);
            }
            System.arraycopy(row, 0, rgb, y * row.length, row.length);
        }
        return new RgbImage(width, height, rgb);
    }

    private static byte[] inks(int... light) {
        var inks = new byte[light.length];
        for (int i = 0; i < inks.length; i++) {
            inks[i] = (byte) (FULL - light[i]);
        }
        return inks;
    }

    private static void multiply(int[] light, byte[] rgb) {
        for (int i = 0; i < rgb.length; i++) {
            int at = i / COLOURS * INKS;
            rgb[i] = (byte) ((light[at + i % COLOURS] * light[at + BLACK] + FULL / 2) / FULL);
        }
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
