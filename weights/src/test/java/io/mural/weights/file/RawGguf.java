package io.mural.weights.file;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** GGUF headers byte by byte, right and wrong ones. */
final class RawGguf {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** The first 24 bytes. */
    static RawGguf begin(int version, long tensors, long keys) {
        return new RawGguf().i32(0x46554747).i32(version).i64(tensors).i64(keys);
    }

    RawGguf i32(int value) {
        out.writeBytes(little(4).putInt(value).array());
        return this;
    }

    RawGguf i64(long value) {
        out.writeBytes(little(8).putLong(value).array());
        return this;
    }

    RawGguf text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        i64(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    RawGguf bytes(int... values) {
        for (int value : values) {
            out.write(value);
        }
        return this;
    }

    /** A key with a text. */
    RawGguf key(String key, String value) {
        return text(key).i32(8).text(value);
    }

    /** A key with an unsigned number of 4 bytes. */
    RawGguf key(String key, int value) {
        return text(key).i32(4).i32(value);
    }

    /** @param sizes innermost first, as in files */
    RawGguf tensor(String name, int type, long offset, long... sizes) {
        text(name).i32(sizes.length);
        for (long size : sizes) {
            i64(size);
        }
        return i32(type).i64(offset);
    }

    /** Zeros up to a multiple of 32, and so many bytes of data. */
    RawGguf data(int bytes) {
        while (out.size() % 32 != 0) {
            out.write(0);
        }
        out.writeBytes(new byte[bytes]);
        return this;
    }

    byte[] array() {
        return out.toByteArray();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
