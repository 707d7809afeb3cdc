package io.mural.model.image;

import io.mural.tensor.InputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/**
 * What a picture file says of itself before its pixels.
 *
 * @param format such as {@code png}, in small letters
 */
public record ImageHeader(String format, int width, int height) {
    /**
     * Reads the beginning of a file; {@link InputException} where it is no picture that can be read.
     *
     * @param name what messages call it
     * @param data a file's bytes
     */
    public static ImageHeader of(String name, byte[] data) {
        try (var stream = ImageIO.createImageInputStream(new ByteArrayInputStream(data))) {
            var readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                throw new InputException(name + " is not a picture that can be read; convert it to PNG or JPEG");
            }
            var reader = readers.next();
            try {
                reader.setInput(stream);
                return new ImageHeader(
                        reader.getFormatName().toLowerCase(java.util.Locale.ROOT),
                        reader.getWidth(0),
                        reader.getHeight(0));
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof InputException known) {
                throw known;
            }
            throw new InputException(name + " is a damaged picture", e);
        }
    }
}
