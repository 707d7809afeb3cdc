package io.mural.model.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Writes a PNG file of RGB, 8 or 16 bits a channel, row by row (PNG specification, third edition). What the stream cannot take ends in the
 * caller's exception, up to the last byte: the stream is flushed and closed by the caller, never here.
 */
final class PngEncoder implements AutoCloseable {
    static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int CHANNELS = 3;
    private static final int TRUECOLOUR = 2;
    /** How to show colours that a screen lacks. */
    private static final byte PERCEPTUAL = 0;
    /** 72 to the inch, what most programs take a picture without a word on it to have. */
    private static final int PIXELS_A_METRE = 2835;

    private static final byte METRE = 1;
    /** Bytes of compressed picture in one IDAT chunk. */
    private static final int PIECE = 1 << 16;

    private final OutputStream out;
    private final int height;
    private final int bits;
    private final PngFilter filter;
    private final Deflater deflater = new Deflater();
    private final byte[] piece = new byte[PIECE];
    private int filled;
    private int row;
    private long written;

    /** Writes the head of a picture of 8 bits a channel. */
    PngEncoder(OutputStream out, int width, int height) throws IOException {
        this(out, width, height, Byte.SIZE);
    }

    /**
     * Writes the head of a picture.
     *
     * @param bits of a channel, 8 or 16
     */
    PngEncoder(OutputStream out, int width, int height, int bits) throws IOException {
        this.out = out;
        this.height = height;
        this.bits = bits;
        int pixel = CHANNELS * bits / Byte.SIZE;
        this.filter = new PngFilter(Math.multiplyExact(width, pixel), pixel);
        put(SIGNATURE, SIGNATURE.length);
        header(width);
        chunk("sRGB", new byte[] {PERCEPTUAL});
        chunk(
                "pHYs",
                ByteBuffer.allocate(9)
                        .putInt(PIXELS_A_METRE)
                        .putInt(PIXELS_A_METRE)
                        .put(METRE)
                        .array());
    }

    private void header(int width) throws IOException {
        chunk(
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put((byte) bits)
                        .put((byte) TRUECOLOUR)
                        .array());
    }

    /** A text beside the picture: tEXt, which is Latin-1 by definition, or iTXt where that does not do, and for XMP. */
    void text(String keyword, String text) throws IOException {
        var name = (keyword + '\0').getBytes(StandardCharsets.ISO_8859_1);
        if (!keyword.equals(Xmp.KEYWORD)
                && StandardCharsets.ISO_8859_1.newEncoder().canEncode(text)) {
            chunk("tEXt", joined(name, text.getBytes(StandardCharsets.ISO_8859_1)));
        } else {
            // not compressed, method 0, no language, no translated keyword
            chunk("iTXt", joined(joined(name, new byte[4]), text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** The next rows, 3 or 6 bytes a pixel. */
    void rows(byte[] rgb) throws IOException {
        int rowBytes = filter.rowBytes();
        for (int from = 0; from < rgb.length; from += rowBytes) {
            deflater.setInput(filter.filtered(rgb, from));
            while (!deflater.needsInput()) {
                deflate();
            }
            row++;
        }
    }

    /** The end of the picture, after its last row. */
    void finish() throws IOException {
        if (row != height) {
            throw new IllegalStateException(row + " of " + height + " rows were given");
        }
        deflater.finish();
        while (!deflater.finished()) {
            deflate();
        }
        piece();
        chunk("IEND", new byte[0]);
    }

    /** Bytes given to the stream so far. */
    long written() {
        return written;
    }

    private void deflate() throws IOException {
        filled += deflater.deflate(piece, filled, PIECE - filled);
        if (filled == PIECE) {
            piece();
        }
    }

    private void piece() throws IOException {
        if (filled > 0) {
            chunk("IDAT", piece, filled);
            filled = 0;
        }
    }

    private void chunk(String type, byte[] data) throws IOException {
        chunk(type, data, data.length);
    }

    private void chunk(String type, byte[] data, int length) throws IOException {
        var name = type.getBytes(StandardCharsets.ISO_8859_1);
        var crc = new CRC32();
        crc.update(name);
        crc.update(data, 0, length);
        put(ByteBuffer.allocate(8).putInt(length).put(name).array(), 8);
        put(data, length);
        put(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array(), 4);
    }

    private void put(byte[] bytes, int length) throws IOException {
        out.write(bytes, 0, length);
        written += length;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(Math.addExact(first.length, second.length))
                .put(first)
                .put(second)
                .array();
    }

    @Override
    public void close() {
        deflater.end();
    }
}
