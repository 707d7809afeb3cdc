package io.mural.model.image;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.InflaterInputStream;

/** The rows of a PNG file of 8 bits a channel, read one after the other in memory for two. */
public final class PngRows implements AutoCloseable {
    private static final int RGB = 3;
    private static final int DEPTH = 8; // place in the header, as the two below
    private static final int COLOUR = 9;
    private static final int INTERLACE = 12;

    private final Path file;
    private final PngChunks chunks;
    private final int width;
    private final int height;
    private final int channels;
    private final DataInputStream pixels;
    private byte[] before;
    private byte[] line;

    private PngRows(Path file, PngChunks chunks) throws IOException {
        this.file = file;
        this.chunks = chunks;
        var header = PngFile.size(chunks);
        width = header.getInt();
        height = header.getInt();
        int colour = header.get(COLOUR);
        if (header.get(DEPTH) != Byte.SIZE || header.get(INTERLACE) != 0 || colour == 3) {
            throw new InputException(
                    file + ": is a PNG picture with a palette, interlaced or not of 8 bits a channel; save it as plain"
                            + " RGB first");
        }
        channels = switch (colour) {
            case 0 -> 1;
            case 2 -> RGB;
            case 4 -> 2;
            case 6 -> 4;
            default -> throw new PngChunks.Damaged("its kind of colours is none");
        };
        before = new byte[Math.multiplyExact(width, channels)];
        line = new byte[before.length];
        pixels = new DataInputStream(new InflaterInputStream(new Data()));
    }

    /** Opens a file; {@link InputException} where it is no such picture. */
    public static PngRows open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + " does not exist or is not a file; expected a PNG picture");
        }
        try {
            var chunks = PngChunks.open(file);
            try {
                return new PngRows(file, chunks);
            } catch (IOException | RuntimeException e) {
                chunks.close();
                throw e;
            }
        } catch (IOException e) {
            throw new InputException(file + " is not a readable PNG file: " + Shown.reason(e), e);
        }
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** The next {@code rows} rows; transparency is dropped. */
    public RgbImage next(int rows) {
        var rgb = new byte[Math.multiplyExact(Math.multiplyExact(rows, width), RGB)];
        try {
            for (int y = 0; y < rows; y++) {
                row(rgb, y * width * RGB);
            }
        } catch (IOException e) {
            throw new InputException(file + " is a damaged PNG file: " + Shown.reason(e), e);
        }
        return new RgbImage(width, rows, rgb);
    }

    private void row(byte[] rgb, int to) throws IOException {
        int filter = pixels.readUnsignedByte();
        pixels.readFully(line);
        unfilter(filter);
        // A gray sample is all three colours.
        int step = channels < RGB ? 0 : 1;
        for (int x = 0; x < width; x++) {
            for (int c = 0; c < RGB; c++) {
                rgb[to + x * RGB + c] = line[x * channels + c * step];
            }
        }
        var swap = before;
        before = line;
        line = swap;
    }

    /** Adds what each byte was predicted to be, from its left, upper and upper left neighbours (PNG, 9.2). */
    private void unfilter(int filter) throws IOException {
        for (int i = 0; i < line.length; i++) {
            int left = i < channels ? 0 : line[i - channels] & 0xff;
            int up = before[i] & 0xff;
            int predicted = switch (filter) {
                case 0 -> 0;
                case 1 -> left;
                case 2 -> up;
                case 3 -> (left + up) / 2;
                case 4 -> paeth(left, up, i < channels ? 0 : before[i - channels] & 0xff);
                default -> throw new PngChunks.Damaged("a row has no filter that is known");
            };
            line[i] += (byte) predicted;
        }
    }

    private static int paeth(int left, int up, int corner) {
        int estimate = left + up - corner;
        int toLeft = Math.abs(estimate - left);
        int toUp = Math.abs(estimate - up);
        int toCorner = Math.abs(estimate - corner);
        if (toLeft <= toUp && toLeft <= toCorner) {
            return left;
        }
        return toUp <= toCorner ? up : corner;
    }

    /** The data of all IDAT chunks as one stream. */
    private final class Data extends InputStream {
        private byte[] data = {};
        private int at;

        @Override
        public int read() throws IOException {
            return fill() ? data[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] bytes, int from, int most) throws IOException {
            if (!fill()) {
                return -1;
            }
            int count = Math.min(most, data.length - at);
            System.arraycopy(data, at, bytes, from, count);
            at += count;
            return count;
        }

        private boolean fill() throws IOException {
            while (at == data.length) {
                if (!chunks.next()) {
                    return false;
                }
                if (chunks.type().equals("IDAT")) {
                    data = chunks.data();
                    at = 0;
                }
            }
            return true;
        }
    }

    @Override
    public void close() {
        try {
            pixels.close();
            chunks.close();
        } catch (IOException e) {
            throw new InputException(file + ": cannot be closed: " + Shown.reason(e), e);
        }
    }
}
