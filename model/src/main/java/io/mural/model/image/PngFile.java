package io.mural.model.image;

import ar.com.hjg.pngj.ImageInfo;
import ar.com.hjg.pngj.ImageLineByte;
import ar.com.hjg.pngj.PngReader;
import ar.com.hjg.pngj.PngWriter;
import ar.com.hjg.pngj.PngjException;
import ar.com.hjg.pngj.chunks.PngChunkTextVar;
import io.mural.tensor.InputException;
import io.mural.weights.text.WholeFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** PNG files: written whole or not at all, with texts beside the picture. */
public final class PngFile {
    private static final int BITS = 8;

    private PngFile() {}

    /**
     * Writes a picture that appears whole or not at all.
     *
     * @param texts keyword to text, in order
     */
    public static void write(Path file, RgbImage image, Map<String, String> texts) {
        write(file, image.width(), image.height(), texts, sink -> sink.rows(image));
    }

    /**
     * Writes a picture row by row as it is made, with memory for one row; it appears whole or not at all.
     *
     * @param texts keyword to text, in order
     * @param picture gives all rows to the sink
     */
    public static void write(
            Path file, int width, int height, Map<String, String> texts, Consumer<PictureSink> picture) {
        WholeFile.write(file, channel -> encode(Channels.newOutputStream(channel), width, height, texts, picture));
    }

    private static void encode(
            OutputStream out, int width, int height, Map<String, String> texts, Consumer<PictureSink> picture)
            throws IOException {
        var info = new ImageInfo(width, height, BITS, false);
        try {
            var writer = new PngWriter(new BufferedOutputStream(out), info);
            texts.forEach((keyword, text) -> writer.getMetadata().setText(keyword, text, isLatin1(text), false));
            var line = new ImageLineByte(info);
            int[] row = {0};
            picture.accept(band -> {
                for (int y = 0; y < band.height(); y++) {
                    System.arraycopy(band.rgb(), y * width * 3, line.getScanline(), 0, width * 3);
                    writer.writeRow(line, row[0]++);
                }
            });
            writer.end();
        } catch (PngjException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getMessage(), e);
        }
    }

    /** tEXt chunks are Latin-1 by definition; any other text goes to an iTXt chunk. */
    private static boolean isLatin1(String text) {
        return StandardCharsets.ISO_8859_1.newEncoder().canEncode(text);
    }

    /** The texts of a PNG file by their keywords. */
    public static Map<String, String> texts(Path file) {
        return contents(file).texts();
    }

    /**
     * What a PNG file holds, without its pixels.
     *
     * @param texts by their keywords
     */
    public record Contents(int width, int height, Map<String, String> texts) {}

    /** Size and texts of a PNG file; the picture is not decoded. */
    public static Contents contents(Path file) {
        try {
            var reader = new PngReader(file.toFile());
            try {
                reader.readSkippingAllRows();
                Map<String, String> texts = new LinkedHashMap<>();
                for (var chunk : reader.getChunksList().getChunks()) {
                    if (chunk instanceof PngChunkTextVar text) {
                        texts.put(text.getKey(), text.getVal());
                    }
                }
                return new Contents(reader.imgInfo.cols, reader.imgInfo.rows, texts);
            } finally {
                reader.close();
            }
        } catch (PngjException e) {
            throw new InputException(file + " is not a readable PNG file: " + e.getMessage(), e);
        }
    }
}
