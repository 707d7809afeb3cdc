package io.mural.bench.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;

/** Damages bytes as files are damaged, and as they are made by people who mean harm. The same numbers give the same damage. */
final class Mutator {
    /** What is set right after the damage, so that it gets past the first check. */
    enum Form {
        /** Nothing. */
        BYTES,
        /** Letters and numbers are replaced by others more often than bytes. */
        TEXT,
        /** Checksums of a PNG file's chunks. */
        PNG,
        /** The length of a header in front of it, as safetensors files have. */
        HEADED
    }

    private static final int MOST_CHANGES = 6;
    private static final int LONGEST = 1 << 16;
    private static final int PNG_SIGNATURE = 8;
    private static final long[] NUMBERS = {
        0,
        1,
        -1,
        7,
        127,
        128,
        255,
        256,
        32767,
        65535,
        65536,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        0xffffffffL,
        1L << 32,
        1L << 40,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };
    private static final List<byte[]> PIECES = List.of(
                    "{",
                    "}",
                    "[",
                    "]",
                    "[]",
                    "{}",
                    ",",
                    ":",
                    "\"",
                    "\\",
                    "\\u0000",
                    "\\ud800",
                    "null",
                    "true",
                    "0",
                    "-1",
                    "1.5",
                    "1e9",
                    "1e400",
                    "-1e400",
                    "1e-400",
                    "9223372036854775807",
                    "9223372036854775808",
                    "18446744073709551616",
                    "4294967296",
                    "NaN",
                    "\"\"",
                    "\"a\":",
                    "../",
                    "/etc/passwd",
                    "\0",
                    "\n",
                    "\u009b",
                    "\u202e",
                    "\uffff",
                    "\ud83d\ude00",
                    "[[[[[[[[[[[[[[[[",
                    "F32",
                    "BF16",
                    "F4",
                    "I64")
            .stream()
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .toList();

    private final Random random;

    Mutator(long seed) {
        random = new Random(seed);
    }

    /** @param other pieces of it may be put in */
    byte[] of(byte[] data, byte[] other, Form form) {
        int header = form == Form.HEADED ? header(data) : 0;
        var changed = data;
        int changes = random.nextInt(3) > 0 ? 1 : 1 + random.nextInt(MOST_CHANGES);
        for (int i = 0; i < changes; i++) {
            int end = header > 0 && random.nextInt(8) > 0 ? Math.min(header, changed.length) : changed.length;
            changed = change(changed, end, other, form);
        }
        if (random.nextInt(8) > 0) {
            switch (form) {
                case PNG -> checksums(changed);
                case HEADED -> length(changed, header + changed.length - data.length);
                case BYTES, TEXT -> {}
            }
        }
        int longest = Math.max(LONGEST, data.length);
        return changed.length > longest ? Arrays.copyOf(changed, longest) : changed;
    }

    /** Changes one thing before {@code end}. */
    private byte[] change(byte[] data, int end, byte[] other, Form form) {
        int at = random.nextInt(end + 1);
        int kind = random.nextInt(form == Form.TEXT || form == Form.HEADED ? 12 : 8);
        return switch (kind) {
            case 0 -> flipped(data, at);
            case 1 -> replaced(data, at, Math.min(1, data.length - at), new byte[] {(byte) random.nextInt(256)});
            case 2 -> replaced(data, at, Math.min(random.nextInt(9), data.length - at), new byte[0]);
            case 3 -> replaced(data, at, Math.min(random.nextInt(64), data.length - at), slice(other));
            case 4 -> replaced(data, at, 0, slice(data));
            case 5 -> Arrays.copyOf(data, at);
            case 6, 7 -> number(data, at);
            case 8, 9 -> digits(data, at);
            default ->
                replaced(
                        data,
                        at,
                        Math.min(random.nextInt(3), data.length - at),
                        PIECES.get(random.nextInt(PIECES.size())));
        };
    }

    private byte[] flipped(byte[] data, int at) {
        var copy = data.clone();
        if (at < copy.length) {
            copy[at] ^= (byte) (1 << random.nextInt(8));
        }
        return copy;
    }

    private byte[] slice(byte[] from) {
        int begin = random.nextInt(from.length + 1);
        return Arrays.copyOfRange(from, begin, Math.min(from.length, begin + random.nextInt(64)));
    }

    /** A number with an edge to it, in 1, 2, 4 or 8 bytes of either order. */
    private byte[] number(byte[] data, int at) {
        int size = 1 << random.nextInt(4);
        var order = random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        var bytes = ByteBuffer.allocate(Long.BYTES)
                .order(order)
                .putLong(NUMBERS[random.nextInt(NUMBERS.length)])
                .array();
        var short_ = order == ByteOrder.LITTLE_ENDIAN
                ? Arrays.copyOf(bytes, size)
                : Arrays.copyOfRange(bytes, Long.BYTES - size, Long.BYTES);
        return replaced(data, at, Math.min(size, data.length - at), short_);
    }

    /** The next number in digits becomes another one. */
    private byte[] digits(byte[] data, int from) {
        int at = from;
        while (at < data.length && !isDigit(data[at])) {
            at++;
        }
        int end = at;
        while (end < data.length && isDigit(data[end])) {
            end++;
        }
        var text = Long.toString(NUMBERS[random.nextInt(NUMBERS.length)]);
        return replaced(data, at, end - at, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static boolean isDigit(byte letter) {
        return letter >= '0' && letter <= '9';
    }

    private static byte[] replaced(byte[] data, int at, int length, byte... by) {
        var out = new ByteArrayOutputStream(data.length + by.length);
        out.write(data, 0, at);
        out.writeBytes(by);
        out.write(data, at + length, data.length - at - length);
        return out.toByteArray();
    }

    private static int header(byte... data) {
        if (data.length < Long.BYTES) {
            return 0;
        }
        long length = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return Math.clamp(length + Long.BYTES, 0, data.length);
    }

    private static void length(byte[] data, int end) {
        if (data.length >= Long.BYTES && end >= Long.BYTES) {
            ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).putLong(end - (long) Long.BYTES);
        }
    }

    private static void checksums(byte... data) {
        var bytes = ByteBuffer.wrap(data);
        int at = PNG_SIGNATURE;
        while (at + 12 <= data.length) {
            int length = bytes.getInt(at);
            if (length < 0 || length > data.length - at - 12) {
                return;
            }
            var crc = new CRC32();
            crc.update(data, at + 4, length + 4);
            bytes.putInt(at + 8 + length, (int) crc.getValue());
            at += 12 + length;
        }
    }
}
