package io.mural.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The formats of GGUF files whose elements share scales (layouts: ggml, {@code ggml-common.h}), one element at a time: what
 * every kernel that reads them is compared with.
 *
 * <p>Each element is {@code scale * code}, {@code scale * code + offset} or {@code scale * code - offset} with a small whole
 * code. A scale is a half, or the product of a half and a small whole number, so that {@code scale * code} is exact in
 * float32 and only the sum rounds. Blocks hold 32 elements, or 256 in 8 or 16 parts with scales of their own:
 *
 * <pre>
 * Q8_0  scale, 32 signed bytes
 * Q4_0  scale, 16 bytes: element j in the low half of byte j, element 16 + j in its high half, each less 8
 * Q4_1  scale, offset, 16 bytes as Q4_0 without the 8
 * Q5_0  scale, 4 bytes with the fifth bits, 16 bytes; each less 16
 * Q5_1  scale, offset, 4 bytes with the fifth bits, 16 bytes
 * Q4_K  scale, offset, 12 bytes with 8 parts' factors of both, 128 bytes
 * Q5_K  as Q4_K, with 32 bytes of fifth bits before the 128
 * Q6_K  128 bytes of low and 64 bytes of high bits, 16 parts' factors, scale; each less 32
 * Q3_K  32 bytes of high bits, 64 bytes of low ones, 12 bytes with 16 parts' factors, scale; each less 4
 * Q2_K  16 parts' factors of scale and offset, 64 bytes, scale, offset
 * </pre>
 */
public final class BlockFormats {
    private static final int HALF = 2;

    private BlockFormats() {}

    /** Where in a block its scales and offsets stand, each a half: the first byte of every one. */
    public static List<Integer> scales(DType dtype) {
        return switch (dtype) {
            case Q8_0, Q5_0, Q4_0 -> List.of(0);
            case Q5_1, Q4_1, Q5_K, Q4_K -> List.of(0, HALF);
            case Q6_K -> List.of(208);
            case Q3_K -> List.of(108);
            case Q2_K -> List.of(80, 80 + HALF);
            default -> throw new IllegalArgumentException(dtype + " does not come in blocks");
        };
    }

    /** Element {@code i} of the block that begins at byte {@code at}. */
    static float element(DType dtype, MemorySegment data, long at, int i) {
        return switch (dtype) {
            case Q8_0 -> half(data, at) * data.get(ValueLayout.JAVA_BYTE, at + HALF + i);
            case Q4_0 -> half(data, at) * (low4(data, at + HALF, i) - 8);
            case Q4_1 -> half(data, at) * low4(data, at + 2 * HALF, i) + half(data, at + HALF);
            case Q5_0 -> half(data, at) * (low4(data, at + 6, i) + fifth(data, at + HALF, i) - 16);
            case Q5_1 -> half(data, at) * (low4(data, at + 8, i) + fifth(data, at + 4, i)) + half(data, at + HALF);
            case Q4_K -> withOffset(data, at, i, bits(data, at, 16 + i / 64 * 32 + i % 32, i / 32 % 2 * 4, 4));
            case Q5_K -> {
                int high = bits(data, at, 16 + i % 32, i / 32, 1) << 4;
                yield withOffset(data, at, i, high | bits(data, at, 48 + i / 64 * 32 + i % 32, i / 32 % 2 * 4, 4));
            }
            case Q6_K -> {
                int low = bits(data, at, i / 128 * 64 + i % 64, i / 64 % 2 * 4, 4);
                int high = bits(data, at, 128 + i / 128 * 32 + i % 32, i / 32 % 4 * 2, 2) << 4;
                yield half(data, at + 208) * data.get(ValueLayout.JAVA_BYTE, at + 192 + i / 16) * ((low | high) - 32);
            }
            case Q3_K -> {
                int code = bits(data, at, 32 + i / 128 * 32 + i % 32, i / 32 % 4 * 2, 2)
                        | bits(data, at, i % 32, i / 32, 1) << 2;
                yield half(data, at + 108) * (factorOf3(data, at + 96, i / 16) - 32) * (code - 4);
            }
            case Q2_K -> {
                int code = bits(data, at, 16 + i / 128 * 32 + i % 32, i / 32 % 4 * 2, 2);
                yield half(data, at + 80) * bits(data, at, i / 16, 0, 4) * code
                        - half(data, at + 82) * bits(data, at, i / 16, 4, 4);
            }
            default -> throw new IllegalArgumentException(dtype + " does not come in blocks");
        };
    }

    /** Q4_K and Q5_K: parts of 32 elements. */
    private static float withOffset(MemorySegment data, long at, int i, int code) {
        int part = i / 32;
        return half(data, at) * factorOf4(data, at + 4, part) * code
                - half(data, at + HALF) * factorOf4(data, at + 4, part + 8);
    }

    /**
     * The 6-bit factors of Q4_K and Q5_K, 8 of the scale and then 8 of the offset, in 12 bytes: the first four of each are
     * the low 6 bits of bytes 0 to 7; the others have their low 4 bits in bytes 8 to 11 and the rest above those.
     */
    private static int factorOf4(MemorySegment data, long at, int k) {
        int part = k % 8;
        int kind = k / 8;
        if (part < 4) {
            return bits(data, at, 4 * kind + part, 0, 6);
        }
        return bits(data, at, 4 + part, 4 * kind, 4) | bits(data, at, 4 * kind + part - 4, 6, 2) << 4;
    }

    /** The 16 6-bit factors of Q3_K in 12 bytes: low 4 bits in bytes 0 to 7, high 2 in bytes 8 to 11. */
    private static int factorOf3(MemorySegment data, long at, int k) {
        return bits(data, at, k % 8, k / 8 * 4, 4) | bits(data, at, 8 + k % 4, k / 4 * 2, 2) << 4;
    }

    private static float half(MemorySegment data, long at) {
        return Float.float16ToFloat(data.get(Matrix.F16_LAYOUT, at));
    }

    /** The low 4 bits of element i of a block of 32. */
    private static int low4(MemorySegment data, long at, int i) {
        return bits(data, at, i % 16, i / 16 * 4, 4);
    }

    /** The fifth bit of element i of a block of 32, in its place. */
    private static int fifth(MemorySegment data, long at, int i) {
        return bits(data, at, i / 8, i % 8, 1) << 4;
    }

    /** Bits of the byte at {@code at + index}. */
    private static int bits(MemorySegment data, long at, int index, int from, int count) {
        return (data.get(ValueLayout.JAVA_BYTE, at + index) & 0xff) >> from & (1 << count) - 1;
    }
}
