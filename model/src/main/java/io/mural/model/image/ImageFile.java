package io.mural.model.image;

import io.mural.tensor.InputException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Reads the user's own pictures: PNG, JPEG, BMP, GIF. */
public final class ImageFile {
    private ImageFile() {}

    /** Transparency is dropped, as the reference does. */
    public static RgbImage read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + " does not exist or is not a file; expected a PNG or JPEG picture");
        }
        BufferedImage image;
        try {
            image = ImageIO.read(file.toFile());
        } catch (IOException | RuntimeException e) {
            throw new InputException(file + " is a damaged picture (" + e.getMessage() + ")", e);
        }
        if (image == null) {
            throw new InputException(file + " is not a picture that can be read; convert it to PNG or JPEG");
        }
        return rgb(image);
    }

    private static RgbImage rgb(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        var rgb = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
        var row = new int[width];
        for (int y = 0; y < height; y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                int at = (y * width + x) * 3;
                rgb[at] = (byte) (row[x] >> 16);
                rgb[at + 1] = (byte) (row[x] >> 8);
                rgb[at + 2] = (byte) row[x];
            }
        }
        return new RgbImage(width, height, rgb);
    }
}
