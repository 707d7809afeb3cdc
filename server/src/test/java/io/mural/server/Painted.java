package io.mural.server;

import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import javax.imageio.ImageIO;

/** Pictures and masks that tests send to be painted in. */
final class Painted {
    private Painted() {}

    /** A picture of one colour, as a PNG file. */
    static byte[] plain(int width, int height, int rgb) {
        var pixels = new byte[width * height * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (rgb >> 16 - i % 3 * 8);
        }
        var out = new ByteArrayOutputStream();
        PngFile.write(out, width, height, Map.of(), rows -> rows.rows(new RgbImage(width, height, pixels)));
        return out.toByteArray();
    }

    /** A PNG file whose lower half has one colour with its alpha, and the upper half another. */
    static byte[] halves(int width, int height, int upper, int lower) throws IOException {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, y < height / 2 ? upper : lower);
            }
        }
        var out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    static String dataUrl(byte[] png) {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
    }

    static BufferedImage image(byte[] file) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(file));
    }

    /** How many pixels of some rows have another colour than {@code rgb}. */
    static int others(BufferedImage image, int firstRow, int lastRow, int rgb) {
        int count = 0;
        for (int y = firstRow; y < lastRow; y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                count += (image.getRGB(x, y) & 0xffffff) == rgb ? 0 : 1;
            }
        }
        return count;
    }
}
