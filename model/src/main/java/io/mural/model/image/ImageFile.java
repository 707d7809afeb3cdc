package io.mural.model.image;

import io.mural.tensor.InputException;
import io.mural.weights.text.WholeFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Pictures of other programs: reads PNG, JPEG, BMP and GIF, writes JPEG. */
public final class ImageFile {
    private ImageFile() {}

    /** Transparency is dropped, as the reference does. */
    public static RgbImage read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + " does not exist or is not a file; expected a PNG or JPEG picture");
        }
        return read(file.toString(), () -> ImageIO.read(file.toFile()));
    }

    /**
     * As {@link #read(Path)}, from memory.
     *
     * @param name what messages call it
     * @param data a file's bytes
     */
    public static RgbImage read(String name, byte[] data) {
        return read(name, () -> ImageIO.read(new ByteArrayInputStream(data)));
    }

    /** Decodes a picture; null where its format is none that can be read. */
    private interface Decoding {
        BufferedImage decode() throws IOException;
    }

    private static RgbImage read(String name, Decoding decoding) {
        BufferedImage image;
        try {
            image = decoding.decode();
        } catch (IOException | RuntimeException e) {
            throw new InputException(name + " is a damaged picture (" + e.getMessage() + ")", e);
        }
        if (image == null) {
            throw new InputException(name + " is not a picture that can be read; convert it to PNG or JPEG");
        }
        return rgb(image);
    }

    /** A picture for Java's own image classes. */
    public static BufferedImage buffered(RgbImage picture) {
        var image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
        var row = new int[picture.width()];
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < row.length; x++) {
                int at = (y * row.length + x) * 3;
                row[x] = (picture.rgb()[at] & 0xff) << 16
                        | (picture.rgb()[at + 1] & 0xff) << 8
                        | picture.rgb()[at + 2] & 0xff;
            }
            image.setRGB(0, y, row.length, 1, row, 0, row.length);
        }
        return image;
    }

    /**
     * Writes a JPEG picture to a file, which appears whole or not at all.
     *
     * @param quality 1 to 100
     */
    public static void writeJpeg(Path file, RgbImage picture, int quality) {
        WholeFile.write(file, channel -> encodeJpeg(Channels.newOutputStream(channel), picture, quality));
    }

    /** As {@link #writeJpeg(Path, RgbImage, int)}, to a stream, which stays open. */
    public static void writeJpeg(OutputStream out, RgbImage picture, int quality) {
        try {
            encodeJpeg(out, picture, quality);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the picture cannot be written", e);
        }
    }

    private static void encodeJpeg(OutputStream out, RgbImage picture, int quality) throws IOException {
        var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (var stream = new MemoryCacheImageOutputStream(out)) {
            var options = writer.getDefaultWriteParam();
            options.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            options.setCompressionQuality(quality / 100f);
            writer.setOutput(stream);
            writer.write(null, new IIOImage(buffered(picture), null, null), options);
        } finally {
            writer.dispose();
        }
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
