package io.mural.model.image;

import java.io.ByteArrayOutputStream;
import java.util.Map;

/**
 * A picture of one channel of 8 bits.
 *
 * @param values height x width bytes, row by row
 */
public record GrayImage(int width, int height, byte[] values) {
    /** Parts of 65536 that red, green and blue make of gray (ITU-R 601-2), as Pillow has them. */
    private static final int RED = 19595;

    private static final int GREEN = 38470;
    private static final int BLUE = 7471;
    private static final int HALF = 1 << 15;

    public GrayImage {
        if (width < 1 || height < 1 || values.length != Math.multiplyExact(width, height)) {
            throw new IllegalArgumentException(
                    values.length + " bytes for a gray picture of " + width + " x " + height + " pixels");
        }
    }

    public static GrayImage of(RgbImage image) {
        var rgb = image.rgb();
        var values = new byte[image.width() * image.height()];
        for (int i = 0, at = 0; i < values.length; i++, at += 3) {
            int sum = RED * (rgb[at] & 0xff) + GREEN * (rgb[at + 1] & 0xff) + BLUE * (rgb[at + 2] & 0xff);
            values[i] = (byte) ((sum + HALF) >> 16);
        }
        return new GrayImage(image.width(), image.height(), values);
    }

    /** The value at a pixel, 0 to 255. */
    public int at(int x, int y) {
        return values[y * width + x] & 0xff;
    }

    /** White for black, and black for white. */
    public GrayImage inverted() {
        var inverted = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            inverted[i] = (byte) ~values[i];
        }
        return new GrayImage(width, height, inverted);
    }

    /** Whether it is white everywhere. */
    public boolean isWhite() {
        for (byte value : values) {
            if (value != -1) {
                return false;
            }
        }
        return true;
    }

    /** As a PNG file. */
    public byte[] toPng() {
        var out = new ByteArrayOutputStream();
        PngFile.write(out, width, height, Map.of(), rows -> rows.rows(toRgb()));
        return out.toByteArray();
    }

    /** The same as a picture of three equal channels. */
    public RgbImage toRgb() {
        var rgb = new byte[Math.multiplyExact(values.length, 3)];
        for (int i = 0; i < values.length; i++) {
            rgb[3 * i] = values[i];
            rgb[3 * i + 1] = values[i];
            rgb[3 * i + 2] = values[i];
        }
        return new RgbImage(width, height, rgb);
    }
}
