package io.mural.tensor.cpu;

import io.mural.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Unpacks rows of {@link Matrix.Blocked} to one form for all formats: codes as signed bytes, four in an int in the order of
 * elements, and for each {@link #GROUP} elements a factor and an addend, with {@code element = factor * code + addend} by a
 * fused multiply-add. The product is exact ({@link io.mural.tensor.BlockFormats}), so that is the element to the bit.
 */
final class BlockReading {
    /** Elements that have a factor and an addend in common, in every format. */
    static final int GROUP = 16;

    /** Ints that the codes of a group take. */
    static final int INTS = GROUP / 4;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** The lowest 4, 2 and 1 bits of each byte. */
    private static final int NIBBLES = 0x0f0f0f0f;

    private static final int PAIRS = 0x03030303;
    private static final int ONES = 0x01010101;

    private BlockReading() {}

    /** Where unpacked groups go: group g's factor and addend to {@code from + g * stride}. Kept from call to call. */
    static final class Groups {
        float[] factors = {};
        float[] addends = {};
        private int from;
        private int stride;

        /** Makes room for so many groups. */
        Groups sized(int size) {
            factors = Scratch.grown(factors, size);
            addends = Scratch.grown(addends, size);
            return this;
        }

        Groups at(int from, int stride) {
            this.from = from;
            this.stride = stride;
            return this;
        }

        /** Zeros from one place to another. */
        void clear(int begin, int end, int step) {
            for (int i = begin; i < end; i += step) {
                factors[i] = 0;
                addends[i] = 0;
            }
        }

        private void set(int group, int count, float factor, float addend) {
            for (int g = group; g < group + count; g++) {
                factors[from + g * stride] = factor;
                addends[from + g * stride] = addend;
            }
        }
    }

    /** Elements {@code from} to {@code from + count} of a row, whole blocks; codes go to {@code at} and on. */
    static void read(Matrix.Blocked matrix, int row, int from, int count, int[] codes, int at, Groups groups) {
        int size = matrix.dtype().blockSize();
        int bytes = matrix.dtype().blockBytes();
        MemorySegment data = matrix.data();
        long block = matrix.blockAt(row, from);
        for (int i = 0; i < count; i += size, block += bytes) {
            int to = at + i / 4;
            int group = i / GROUP;
            switch (matrix.dtype()) {
                case Q8_0 -> q80(data, block, codes, to, group, groups);
                case Q4_0 -> {
                    float scale = half(data, block);
                    nibbles(data, block + 2, codes, to);
                    groups.set(group, 2, scale, -8 * scale);
                }
                case Q4_1 -> {
                    nibbles(data, block + 4, codes, to);
                    groups.set(group, 2, half(data, block), half(data, block + 2));
                }
                case Q5_0 -> {
                    float scale = half(data, block);
                    nibbles(data, block + 6, codes, to);
                    fifths(data.get(INT, block + 2), codes, to);
                    groups.set(group, 2, scale, -16 * scale);
                }
                case Q5_1 -> {
                    nibbles(data, block + 8, codes, to);
                    fifths(data.get(INT, block + 4), codes, to);
                    groups.set(group, 2, half(data, block), half(data, block + 2));
                }
                case Q6_K -> q6k(data, block, codes, to, group, groups);
                case Q5_K -> q5k(data, block, codes, to, group, groups);
                case Q4_K -> q4k(data, block, codes, to, group, groups);
                case Q3_K -> q3k(data, block, codes, to, group, groups);
                case Q2_K -> q2k(data, block, codes, to, group, groups);
                default -> throw new IllegalArgumentException(matrix.dtype() + " does not come in blocks");
            }
        }
    }

    private static void q80(MemorySegment data, long at, int[] codes, int to, int group, Groups groups) {
        for (int i = 0; i < 8; i++) {
            codes[to + i] = word(data, at + 2, i);
        }
        groups.set(group, 2, half(data, at), 0);
    }

    /** 16 bytes: the low halves are elements 0 to 15, the high halves 16 to 31. */
    private static void nibbles(MemorySegment data, long at, int[] codes, int to) {
        for (int i = 0; i < 4; i++) {
            int bits = word(data, at, i);
            codes[to + i] = bits & NIBBLES;
            codes[to + 4 + i] = bits >>> 4 & NIBBLES;
        }
    }

    /** Adds 16 to the codes whose bit is set. */
    private static void fifths(int bits, int[] codes, int to) {
        for (int i = 0; i < 8; i++) {
            // spreads 4 bits over the lowest bits of 4 bytes
            codes[to + i] |= ((bits >>> 4 * i & 0xf) * 0x00204081 & ONES) << 4;
        }
    }

    private static void q4k(MemorySegment data, long at, int[] codes, int to, int group, Groups groups) {
        parts(data, at, group, groups);
        for (int chunk = 0; chunk < 4; chunk++) {
            for (int i = 0; i < 8; i++) {
                int bits = word(data, at + 16, 8 * chunk + i);
                codes[to + 16 * chunk + i] = bits & NIBBLES;
                codes[to + 16 * chunk + 8 + i] = bits >>> 4 & NIBBLES;
            }
        }
    }

    private static void q5k(MemorySegment data, long at, int[] codes, int to, int group, Groups groups) {
        parts(data, at, group, groups);
        for (int i = 0; i < 8; i++) {
            int fifths = word(data, at + 16, i);
            for (int chunk = 0; chunk < 4; chunk++) {
                int bits = word(data, at + 48, 8 * chunk + i);
                codes[to + 16 * chunk + i] = bits & NIBBLES | (fifths >>> 2 * chunk & ONES) << 4;
                codes[to + 16 * chunk + 8 + i] = bits >>> 4 & NIBBLES | (fifths >>> 2 * chunk + 1 & ONES) << 4;
            }
        }
    }

    /** The 8 parts of Q4_K and Q5_K; {@link io.mural.tensor.BlockFormats} says where their 6-bit factors stand. */
    private static void parts(MemorySegment data, long at, int group, Groups groups) {
        float scale = half(data, at);
        float offset = half(data, at + 2);
        int first = data.get(INT, at + 4);
        int second = data.get(INT, at + 8);
        int third = data.get(INT, at + 12);
        int scales = first & 0x3f3f3f3f;
        int offsets = second & 0x3f3f3f3f;
        int laterScales = third & NIBBLES | (first >>> 6 & PAIRS) << 4;
        int laterOffsets = third >>> 4 & NIBBLES | (second >>> 6 & PAIRS) << 4;
        for (int part = 0; part < 4; part++) {
            int shift = 8 * part;
            groups.set(group + 2 * part, 2, scale * (scales >>> shift & 0xff), -offset * (offsets >>> shift & 0xff));
            groups.set(
                    group + 8 + 2 * part,
                    2,
                    scale * (laterScales >>> shift & 0xff),
                    -offset * (laterOffsets >>> shift & 0xff));
        }
    }

    private static void q6k(MemorySegment data, long at, int[] codes, int to, int group, Groups groups) {
        for (int half = 0; half < 2; half++) {
            int start = to + 32 * half;
            for (int i = 0; i < 8; i++) {
                int low = word(data, at, 16 * half + i);
                int more = word(data, at, 16 * half + 8 + i);
                int high = word(data, at + 128, 8 * half + i);
                codes[start + i] = low & NIBBLES | (high & PAIRS) << 4;
                codes[start + 8 + i] = more & NIBBLES | (high >>> 2 & PAIRS) << 4;
                codes[start + 16 + i] = low >>> 4 & NIBBLES | (high >>> 4 & PAIRS) << 4;
                codes[start + 24 + i] = more >>> 4 & NIBBLES | (high >>> 6 & PAIRS) << 4;
            }
        }
        float scale = half(data, at + 208);
        for (int part = 0; part < 16; part++) {
            float factor = scale * data.get(ValueLayout.JAVA_BYTE, at + 192 + part);
            groups.set(group + part, 1, factor, -32 * factor);
        }
    }

    private static void q3k(MemorySegment data, long at, int[] codes, int to, int group, Groups groups) {
        for (int i = 0; i < 8; i++) {
            int high = word(data, at, i);
            for (int plane = 0; plane < 8; plane++) {
                int low = word(data, at + 32, 8 * (plane / 4) + i) >>> 2 * (plane % 4) & PAIRS;
                codes[to + 8 * plane + i] = low | (high >>> plane & ONES) << 2;
            }
        }
        float scale = half(data, at + 108);
        for (int part = 0; part < 16; part++) {
            int low = data.get(ValueLayout.JAVA_BYTE, at + 96 + part % 8) >>> part / 8 * 4 & 0xf;
            int high = data.get(ValueLayout.JAVA_BYTE, at + 104 + part % 4) >>> part / 4 * 2 & 3;
            float factor = scale * ((low | high << 4) - 32);
            groups.set(group + part, 1, factor, -4 * factor);
        }
    }

    private static void q2k(MemorySegment data, long at, int[] codes, int to, int group, Groups groups) {
        for (int i = 0; i < 8; i++) {
            for (int plane = 0; plane < 8; plane++) {
                codes[to + 8 * plane + i] = word(data, at + 16, 8 * (plane / 4) + i) >>> 2 * (plane % 4) & PAIRS;
            }
        }
        float scale = half(data, at + 80);
        float offset = half(data, at + 82);
        for (int part = 0; part < 16; part++) {
            int both = data.get(ValueLayout.JAVA_BYTE, at + part) & 0xff;
            groups.set(group + part, 1, scale * (both & 0xf), -offset * (both >> 4));
        }
    }

    private static float half(MemorySegment data, long at) {
        return Float.float16ToFloat(data.get(Matrix.F16_LAYOUT, at));
    }

    private static int word(MemorySegment data, long at, int index) {
        return data.get(INT, at + (long) index * Integer.BYTES);
    }
}
