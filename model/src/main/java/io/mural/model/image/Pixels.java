package io.mural.model.image;

import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;

/**
 * Decoded pictures of all kinds as 8-bit RGB. Gray and RGB samples are taken as they are: Java's own way to RGB goes
 * through colour spaces, and its gray is linear, so that a sample of 88 would become 159.
 */
final class Pixels {
    private Pixels() {}

    static RgbImage of(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        var rgb = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
        if (image.getColorModel() instanceof ComponentColorModel colors) {
            samples(image, colors, rgb);
        } else {
            colours(image, rgb);
        }
        return new RgbImage(width, height, rgb);
    }

    /** How opaque each pixel is, of a picture that says so. */
    static GrayImage alpha(BufferedImage image) {
        int width = image.getWidth();
        var values = new byte[Math.multiplyExact(width, image.getHeight())];
        var row = new int[width];
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                values[y * width + x] = (byte) (row[x] >>> 24);
            }
        }
        return new GrayImage(width, image.getHeight(), values);
    }

    /** One gray sample or three of colour, perhaps with alpha behind. */
    private static void samples(BufferedImage image, ComponentColorModel colors, byte... rgb) {
        var raster = image.getRaster();
        int bands = raster.getNumBands();
        int shift = colors.getTransferType() == DataBuffer.TYPE_USHORT ? Byte.SIZE : 0;
        // Where green and blue are; a gray sample is all three.
        int step = colors.getNumColorComponents() == 1 ? 0 : 1;
        int width = image.getWidth();
        var row = new int[width * bands];
        for (int y = 0; y < image.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    rgb[(y * width + x) * 3 + channel] = (byte) (row[x * bands + channel * step] >> shift);
                }
            }
        }
    }

    /** Palettes, and pixels packed in one number: their colours are sRGB. */
    private static void colours(BufferedImage image, byte... rgb) {
        int width = image.getWidth();
        var row = new int[width];
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                int at = (y * width + x) * 3;
                rgb[at] = (byte) (row[x] >> 16);
                rgb[at + 1] = (byte) (row[x] >> 8);
                rgb[at + 2] = (byte) row[x];
            }
        }
    }
}
