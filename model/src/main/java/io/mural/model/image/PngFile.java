package io.mural.model.image;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import io.mural.weights.text.WholeFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/** PNG files: written whole or not at all, with texts beside the picture. */
public final class PngFile {
    private static final int BUFFER = 1 << 16;
    private static final int HEADER_BYTES = 13;

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
     * Writes a picture row by row as it is made, with memory for some rows; it appears whole or not at all.
     *
     * @param texts keyword to text, in order
     * @param picture gives all rows to the sink
     */
    public static void write(
            Path file, int width, int height, Map<String, String> texts, Consumer<PictureSink> picture) {
        write(file, width, height, Byte.SIZE, texts, picture);
    }

    /**
     * As the other.
     *
     * @param bits of a channel: 8, or 16, for which the picture gives the decoder's values
     */
    public static void write(
            Path file, int width, int height, int bits, Map<String, String> texts, Consumer<PictureSink> picture) {
        WholeFile.write(file, channel -> {
            long written = encode(Channels.newOutputStream(channel), width, height, bits, texts, picture);
            if (channel.size() != written) {
                throw new IOException(channel.size() + " of " + written + " bytes were written");
            }
        });
    }

    /**
     * Writes a picture row by row to a stream, which stays open.
     *
     * @param texts keyword to text, in order
     * @param picture gives all rows to the sink
     */
    public static void write(
            OutputStream out, int width, int height, Map<String, String> texts, Consumer<PictureSink> picture) {
        write(out, width, height, Byte.SIZE, texts, picture);
    }

    /**
     * As the other.
     *
     * @param bits of a channel: 8, or 16, for which the picture gives the decoder's values
     * @param texts keyword to text, in order
     * @param picture gives all rows to the sink
     */
    public static void write(
            OutputStream out,
            int width,
            int height,
            int bits,
            Map<String, String> texts,
            Consumer<PictureSink> picture) {
        try {
            encode(out, width, height, bits, texts, picture);
        } catch (IOException e) {
            throw new UncheckedIOException("the picture cannot be written", e);
        }
    }

    /** @return bytes that were written */
    private static long encode(
            OutputStream stream,
            int width,
            int height,
            int bits,
            Map<String, String> texts,
            Consumer<PictureSink> picture)
            throws IOException {
        // Not closed: the stream is its owner's, and all bytes are flushed below.
        var out = new BufferedOutputStream(stream, BUFFER);
        try (var encoder = new PngEncoder(out, width, height, bits)) {
            for (var text : texts.entrySet()) {
                encoder.text(text.getKey(), text.getValue());
            }
            picture.accept(bits == Byte.SIZE ? band -> rows(encoder, band.rgb()) : new Deep(encoder));
            encoder.finish();
            out.flush();
            return encoder.written();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void rows(PngEncoder encoder, byte[] samples) {
        try {
            encoder.rows(samples);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes the decoder's values: rows that were rounded to 8 bits have lost what 16 would show. */
    private record Deep(PngEncoder encoder) implements PictureSink {
        @Override
        public void rows(RgbImage band) {
            throw new IllegalStateException("a picture of 8 bits a channel has no 16");
        }

        @Override
        public void values(float[] values, int width, int height) {
            PngFile.rows(encoder, RgbImage.deep(values));
        }
    }

    /** The texts of a PNG file by their keywords. */
    public static Map<String, String> texts(Path file) {
        return contents(file).texts();
    }

    /**
     * As {@link #texts(Path)}, of a file in memory.
     *
     * @param name what messages call it
     */
    public static Map<String, String> texts(String name, byte[] data) {
        try {
            var file = Files.createTempFile("mural", ".png");
            try {
                return texts(Files.write(file, data));
            } catch (InputException e) {
                throw new InputException(e.getMessage().replace(file.toString(), name), e);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary file for " + name + " cannot be used", e);
        }
    }

    /**
     * What a PNG file holds, without its pixels.
     *
     * @param bits of a channel
     * @param texts by their keywords
     */
    public record Contents(int width, int height, int bits, Map<String, String> texts) {}

    /** Size and texts of a PNG file; the picture is not decoded, and what is beside it is passed over. */
    public static Contents contents(Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new InputException(file + " is not a file; expected a PNG picture");
        }
        try (var chunks = PngChunks.open(file)) {
            var size = size(chunks);
            var texts = new PngTexts();
            while (chunks.next()) {
                if (PngTexts.isText(chunks.type())) {
                    texts.add(chunks);
                }
            }
            return new Contents(size.getInt(), size.getInt(), size.get(), texts.all());
        } catch (IOException e) {
            throw new InputException(file + " is not a readable PNG file: " + Shown.reason(e), e);
        }
    }

    /** Width and height, of a file whose first chunk is next. */
    static ByteBuffer size(PngChunks chunks) throws IOException {
        if (!chunks.next() || !chunks.type().equals("IHDR") || chunks.length() != HEADER_BYTES) {
            throw new PngChunks.Damaged("it does not begin with its size");
        }
        var header = ByteBuffer.wrap(chunks.data());
        if (header.getInt(0) < 1 || header.getInt(4) < 1) {
            throw new PngChunks.Damaged("its size is none");
        }
        return header;
    }
}
