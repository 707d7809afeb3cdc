package io.mural.model.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/** PNG files made chunk by chunk, right or wrong. */
final class RawPng {
    static final int GRAY = 0;
    static final int RGB = 2;
    static final int GRAY_ALPHA = 4;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    RawPng(int width, int height, int bits, int colours) {
        out.writeBytes(PngEncoder.SIGNATURE);
        chunk(
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put((byte) bits)
                        .put((byte) colours)
                        .array());
    }

    RawPng chunk(String type, byte... data) {
        return chunk(type, data.length, data);
    }

    /** @param length as the file states it */
    RawPng chunk(String type, int length, byte... data) {
        var name = type.getBytes(StandardCharsets.ISO_8859_1);
        var crc = new CRC32();
        crc.update(name);
        crc.update(data);
        out.writeBytes(ByteBuffer.allocate(8).putInt(length).put(name).array());
        out.writeBytes(data);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
        return this;
    }

    /** @param rows of samples, without the filters' numbers */
    RawPng picture(byte[]... rows) {
        var stored = new ByteArrayOutputStream();
        for (var row : rows) {
            stored.write(0);
            stored.writeBytes(row);
        }
        return chunk("IDAT", compressed(stored.toByteArray())).chunk("IEND");
    }

    static byte[] compressed(byte[] bytes) {
        var compressed = new ByteArrayOutputStream();
        try (var deflater = new DeflaterOutputStream(compressed)) {
            deflater.write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException("memory takes all bytes", e);
        }
        return compressed.toByteArray();
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    Path in(Path folder, String name) throws IOException {
        return Files.write(folder.resolve(name), bytes());
    }

    static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
