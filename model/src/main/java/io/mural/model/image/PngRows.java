package io.mural.model.image;

import io.mural.model.image.PngChunks.Damaged;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Decodes a PNG file of 8 bits a channel row by row: two rows are in memory, and a piece of the file. */
final class PngRows implements AutoCloseable {
    private static final int BITS = 8;

    private final PngChunks chunks;
    private final Head head;
    private final Inflater inflater = new Inflater();
    private byte[] row;
    private byte[] above;

    private PngRows(PngChunks chunks, Head head) {
        this.chunks = chunks;
        this.head = head;
        row = new byte[1 + head.width() * head.channels()];
        above = new byte[row.length];
    }

    /**
     * What stands before the pixels.
     *
     * @param transparent by a channel, a palette or a colour
     */
    record Head(int width, int height, int bits, int colour, boolean interlaced, boolean transparent) {
        private static final int PALETTE = 3;

        /** Whether rows can be read one by one here. */
        boolean plain() {
            return bits == BITS && colour != PALETTE && !interlaced && (!transparent || hasAlpha());
        }

        boolean hasAlpha() {
            return colour >= 4;
        }

        boolean hasColour() {
            return (colour & 2) != 0;
        }

        int channels() {
            return (hasColour() ? 3 : 1) + (hasAlpha() ? 1 : 0);
        }
    }

    /** Opens a file and reads up to its pixels. */
    static PngRows open(Path file) throws IOException {
        var chunks = PngChunks.open(file);
        try {
            ByteBuffer size = PngFile.size(chunks);
            int width = size.getInt(0);
            int height = size.getInt(4);
            int colour = size.get(9);
            boolean transparent = colour >= 4;
            while (chunks.next() && !chunks.type().equals("IDAT")) {
                transparent |= chunks.type().equals("tRNS");
            }
            if (!chunks.type().equals("IDAT")) {
                throw new Damaged("it holds no picture");
            }
            return new PngRows(chunks, new Head(width, height, size.get(8), colour, size.get(12) != 0, transparent));
        } catch (IOException e) {
            chunks.close();
            throw e;
        }
    }

    Head head() {
        return head;
    }

    /** The next row, {@link Head#channels} bytes a pixel, from index 1 on; valid until the next but one. */
    byte[] next() throws IOException {
        var spare = above;
        above = row;
        row = spare;
        fill(row);
        unfilter(row[0]);
        return row;
    }

    private void fill(byte[] target) throws IOException {
        int filled = 0;
        try {
            while (filled < target.length) {
                int count = inflater.inflate(target, filled, target.length - filled);
                filled += count;
                if (count == 0) {
                    more();
                }
            }
        } catch (DataFormatException e) {
            throw new Damaged("its pixels cannot be decompressed");
        }
    }

    private void more() throws IOException {
        if (inflater.finished() || inflater.needsDictionary() || !chunks.type().equals("IDAT")) {
            throw new Damaged("it has too few rows");
        }
        inflater.setInput(chunks.data());
        chunks.next();
    }

    private void unfilter(int filter) throws IOException {
        int pixel = head.channels();
        for (int i = 1; i < row.length; i++) {
            int left = i > pixel ? row[i - pixel] & 0xff : 0;
            int up = above[i] & 0xff;
            int upLeft = i > pixel ? above[i - pixel] & 0xff : 0;
            int add = switch (filter) {
                case 0 -> 0;
                case 1 -> left;
                case 2 -> up;
                case 3 -> (left + up) / 2;
                case 4 -> PngFilter.paeth(left, up, upLeft);
                default -> throw new Damaged("a row has no filter");
            };
            row[i] = (byte) (row[i] + add);
        }
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        chunks.close();
    }
}
