package io.mural.model.image;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * An animated PNG (PNG specification, third edition, section 11.3.5), frame by frame and without loss. A program that
 * knows nothing of animations shows the first frame.
 */
public final class ApngFile implements FrameSink {
    private static final int CHANNELS = 3;
    private static final int BITS = 8;
    private static final int TRUECOLOUR = 2;

    private final OutputStream out;
    private final int width;
    private final int height;
    private final int fps;
    private int frame;
    private int sequence;

    /**
     * Writes the head of an animation that goes round without end.
     *
     * @param texts keyword to text, in order
     */
    public ApngFile(OutputStream to, int width, int height, int frames, int fps, Map<String, String> texts)
            throws IOException {
        out = new BufferedOutputStream(to);
        this.width = width;
        this.height = height;
        this.fps = fps;
        out.write(PngEncoder.SIGNATURE);
        chunk(
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put((byte) BITS)
                        .put((byte) TRUECOLOUR)
                        .array());
        chunk("acTL", ByteBuffer.allocate(8).putInt(frames).putInt(0).array());
        for (var text : texts.entrySet()) {
            text(text.getKey(), text.getValue());
        }
    }

    private void text(String keyword, String text) throws IOException {
        boolean latin = StandardCharsets.ISO_8859_1.newEncoder().canEncode(text);
        var head = (keyword + (latin ? "\0" : "\0\0\0\0\0")).getBytes(StandardCharsets.ISO_8859_1);
        var body = text.getBytes(latin ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
        chunk(
                latin ? "tEXt" : "iTXt",
                ByteBuffer.allocate(head.length + body.length)
                        .put(head)
                        .put(body)
                        .array());
    }

    @Override
    public void frame(RgbImage image) {
        try {
            chunk(
                    "fcTL",
                    ByteBuffer.allocate(26)
                            .putInt(sequence++)
                            .putInt(width)
                            .putInt(height)
                            .putInt(0)
                            .putInt(0)
                            .putShort((short) 1)
                            .putShort((short) fps)
                            .putShort((short) 0)
                            .array());
            var data = compressed(image);
            if (frame++ == 0) {
                chunk("IDAT", data);
            } else {
                chunk(
                        "fdAT",
                        ByteBuffer.allocate(4 + data.length)
                                .putInt(sequence++)
                                .put(data)
                                .array());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] compressed(RgbImage image) {
        var filter = new PngFilter(width * CHANNELS, CHANNELS);
        var packed = new ByteArrayOutputStream();
        var piece = new byte[1 << 16];
        var deflater = new Deflater();
        try {
            for (int y = 0; y < height; y++) {
                deflater.setInput(filter.filtered(image.rgb(), y * width * CHANNELS));
                while (!deflater.needsInput()) {
                    packed.write(piece, 0, deflater.deflate(piece));
                }
            }
            deflater.finish();
            while (!deflater.finished()) {
                packed.write(piece, 0, deflater.deflate(piece));
            }
            return packed.toByteArray();
        } finally {
            deflater.end();
        }
    }

    /** The end of the animation; the stream is flushed and stays open. */
    public void finish() throws IOException {
        chunk("IEND", new byte[0]);
        out.flush();
    }

    private void chunk(String type, byte[] data) throws IOException {
        var name = type.getBytes(StandardCharsets.ISO_8859_1);
        var crc = new CRC32();
        crc.update(name);
        crc.update(data);
        out.write(ByteBuffer.allocate(8).putInt(data.length).put(name).array());
        out.write(data);
        out.write(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }
}
