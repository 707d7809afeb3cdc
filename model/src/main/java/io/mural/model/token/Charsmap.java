package io.mural.model.token;

import io.mural.tensor.InputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * SentencePiece's precompiled character map: a double-array trie (Darts) over UTF-8 from sequences of bytes to their
 * replacements. At each place of a text the longest sequence is replaced.
 */
final class Charsmap {
    /** The longest replacement of Unicode's compatibility forms has 33 bytes; a bound keeps a bad file from much work. */
    private static final int MAX_REPLACEMENT = 1024;

    private final String source;
    private final int[] units;
    private final byte[] replacements;

    private Charsmap(String source, int[] units, byte[] replacements) {
        this.source = source;
        this.units = units;
        this.replacements = replacements;
    }

    /** The first {@code length} bytes at a place of a text become {@code bytes[from .. to)}. */
    record Replacement(int length, byte[] bytes, int from, int to) {}

    /**
     * Reads the size of the trie in bytes (little-endian), the trie, then the replacements, each ending in a zero byte.
     * An empty map replaces nothing.
     *
     * @param source the file, for errors
     */
    static Charsmap parse(String source, byte[] bytes) {
        if (bytes.length == 0) {
            return new Charsmap(source, new int[0], new byte[0]);
        }
        var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int size = bytes.length < Integer.BYTES ? 0 : buffer.getInt();
        if (size <= 0 || size % Integer.BYTES != 0 || size > buffer.remaining()) {
            throw damaged(source);
        }
        var units = new int[size / Integer.BYTES];
        buffer.asIntBuffer().get(units);
        return new Charsmap(source, units, Arrays.copyOfRange(bytes, Integer.BYTES + size, bytes.length));
    }

    /** What becomes of the bytes of {@code text} from {@code at} on, or null where the map does not speak of them. */
    Replacement longest(byte[] text, int at) {
        return find(text, at, false);
    }

    /** As {@link #longest} for the shortest sequence there. */
    Replacement shortest(byte[] text, int at) {
        return find(text, at, true);
    }

    private Replacement find(byte[] text, int at, boolean shortest) {
        if (units.length == 0) {
            return null;
        }
        int value = -1;
        int length = 0;
        int node = offset(units[0]);
        // No sequence is longer than a replacement may be: a bad file cannot lead along the whole text at each place.
        int last = Math.min(text.length, at + MAX_REPLACEMENT);
        for (int i = at; i < last; i++) {
            int label = text[i] & 0xff;
            node ^= label;
            int unit = unit(node);
            if (label(unit) != label) {
                break;
            }
            node ^= offset(unit);
            if (hasLeaf(unit)) {
                value = unit(node) & 0x7fffffff;
                length = i + 1 - at;
                if (shortest) {
                    break;
                }
            }
        }
        return length == 0 ? null : new Replacement(length, replacements, value, endOf(value));
    }

    private int unit(int node) {
        if (node >= units.length) {
            throw damaged(source);
        }
        return units[node];
    }

    private int endOf(int start) {
        for (int end = start; end < replacements.length && end <= start + MAX_REPLACEMENT; end++) {
            if (replacements[end] == 0) {
                return end;
            }
        }
        throw damaged(source);
    }

    private static InputException damaged(String source) {
        return new InputException(source + ": its character map is damaged: fetch the file again");
    }

    private static boolean hasLeaf(int unit) {
        return (unit >>> 8 & 1) == 1;
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }

    /** The byte that leads to a unit; never a byte for a unit that holds a value. */
    private static int label(int unit) {
        return unit & (1 << 31 | 0xff);
    }
}
