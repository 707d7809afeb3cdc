package io.mural.model.image;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import io.mural.weights.text.WholeFile;
import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes JPEG pictures, by Java's own encoder. */
public final class JpegFile {
    private static final byte[] START = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};
    private static final int CHANNELS = 3;

    private JpegFile() {}

    /**
     * Writes a picture to a file, which appears whole or not at all.
     *
     * @param quality 1 to 100
     */
    public static void write(Path file, RgbImage picture, int quality) {
        WholeFile.write(file, channel -> encode(Channels.newOutputStream(channel), picture, quality));
    }

    /** As {@link #write(Path, RgbImage, int)}, with texts beside the picture. */
    public static void write(Path file, RgbImage picture, int quality, JpegTexts texts) {
        WholeFile.write(file, channel -> encode(texts.into(Channels.newOutputStream(channel)), picture, quality));
    }

    /** As {@link #write(OutputStream, RgbImage, int)}, with texts beside the picture. */
    public static void write(OutputStream out, RgbImage picture, int quality, JpegTexts texts) {
        write(texts.into(out), picture, quality);
    }

    /** Whether a file begins as a JPEG file does. */
    public static boolean isOne(Path file) {
        try (var in = Files.newInputStream(file)) {
            return Files.isRegularFile(file) && Arrays.equals(in.readNBytes(START.length), START);
        } catch (IOException e) {
            return false; // who reads it says why
        }
    }

    /** The recipe and the parameters in a JPEG file that mural wrote; empty for others. */
    public static Map<String, String> texts(Path file) {
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            return JpegTexts.read(in);
        } catch (IOException e) {
            throw new InputException(file + " is not a readable JPEG file: " + Shown.reason(e), e);
        }
    }

    /** As {@link #write(Path, RgbImage, int)}, to a stream, which stays open. */
    public static void write(OutputStream out, RgbImage picture, int quality) {
        try {
            encode(out, picture, quality);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the picture cannot be written", e);
        }
    }

    private static void encode(OutputStream out, RgbImage picture, int quality) throws IOException {
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

    /** A picture for Java's own image classes. */
    public static BufferedImage buffered(RgbImage picture) {
        var image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
        var row = new int[picture.width()];
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < row.length; x++) {
                int at = (y * row.length + x) * CHANNELS;
                row[x] = (picture.rgb()[at] & 0xff) << 16
                        | (picture.rgb()[at + 1] & 0xff) << 8
                        | picture.rgb()[at + 2] & 0xff;
            }
            image.setRGB(0, y, row.length, 1, row, 0, row.length);
        }
        return image;
    }
}
