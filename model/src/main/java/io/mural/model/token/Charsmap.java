package io.mural.model.token;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * SentencePiece's precompiled normalisation: a double-array trie (Darts) over UTF-8 from sequences of bytes to their
 * replacements; at each place the longest sequence is replaced.
 */
final class Charsmap {
    private final int[] units;
    private final byte[] replacements;

    private Charsmap(int[] units, byte[] replacements) {
        this.units = units;
        this.replacements = replacements;
    }

    /**
     * The size of the trie in bytes (little-endian), the trie, then the replacements, each ending in a zero byte. An
     * empty map replaces nothing.
     *
     * @throws IllegalArgumentException if the sizes do not agree
     */
    static Charsmap parse(byte[] bytes) {
        if (bytes.length == 0) {
            return new Charsmap(new int[0], new byte[0]);
        }
        var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int size = bytes.length < Integer.BYTES ? -1 : buffer.getInt();
        if (size < 0 || size % Integer.BYTES != 0 || size > buffer.remaining()) {
            throw new IllegalArgumentException("its character map is damaged");
        }
        var units = new int[size / Integer.BYTES];
        buffer.asIntBuffer().get(units);
        return new Charsmap(units, Arrays.copyOfRange(bytes, Integer.BYTES + size, bytes.length));
    }

    /** A replacement of the first {@code length} bytes at a place by {@code bytes[from .. to)}. */
    record Match(int length, byte[] bytes, int from, int to) {}

    /** What replaces the bytes of {@code text} from {@code at} on, or null. */
    Match longest(byte[] text, int at) {
        if (units.length == 0) {
            return null;
        }
        int value = -1;
        int length = 0;
        int node = offset(units[0]);
        for (int i = at; i < text.length; i++) {
            int label = text[i] & 0xff;
            node ^= label;
            if (node >= units.length || label(units[node]) != label) {
                break;
            }
            int unit = units[node];
            node ^= offset(unit);
            if (node >= units.length) {
                break;
            }
            if ((unit >>> 8 & 1) == 1) {
                value = units[node] & 0x7fffffff;
                length = i + 1 - at;
            }
        }
        if (value < 0 || value >= replacements.length) {
            return null;
        }
        int end = value;
        while (end < replacements.length && replacements[end] != 0) {
            end++;
        }
        return new Match(length, replacements, value, end);
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }

    private static int label(int unit) {
        return unit & (1 << 31 | 0xff);
    }
}
