package io.mural.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/** A mask whose lower half is transparent, and what is painted by it. */
final class Halves {
    private Halves() {}

    /** The mask, a square PNG picture. */
    static byte[] mask(int side) throws IOException {
        var image = new BufferedImage(side, side, BufferedImage.TYPE_INT_ARGB);
        for (int y = 0; y < side / 2; y++) {
            for (int x = 0; x < side; x++) {
                image.setRGB(x, y, 0xff000000);
            }
        }
        var out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    /** The upper half is the picture's own, and the lower one is another. */
    static void assertPainted(byte[] picture, byte[] painted) throws IOException {
        var before = ImageIO.read(new ByteArrayInputStream(picture));
        var after = ImageIO.read(new ByteArrayInputStream(painted));
        assertThat(after.getWidth()).isEqualTo(before.getWidth());
        assertThat(after.getHeight()).isEqualTo(before.getHeight());
        int half = before.getHeight() / 2;
        assertThat(others(before, after, 0, half)).isZero();
        assertThat(others(before, after, half, before.getHeight())).isPositive();
    }

    private static int others(BufferedImage before, BufferedImage after, int first, int last) {
        int count = 0;
        for (int y = first; y < last; y++) {
            for (int x = 0; x < before.getWidth(); x++) {
                count += before.getRGB(x, y) == after.getRGB(x, y) ? 0 : 1;
            }
        }
        return count;
    }
}
