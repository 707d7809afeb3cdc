package io.mural.tensor.cpu.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The kernels as plain loops: what machine code is compared with before it is used. */
final class PlainTile {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private PlainTile() {}

    /** A tile that computes a single element of c: {@code sum} plus what row a at {@code aAt} and column col add. */
    @FunctionalInterface
    private interface Element {
        float add(float sum, MemorySegment a, long aAt, MemorySegment b, int col, long steps);
    }

    /** {@link Pairs}: rounds after each product, the second of a pair first, as Intel's manual says. */
    static Tile pairs(int rows, int cols) {
        return elements(rows, cols, (start, a, aAt, b, col, steps) -> {
            float sum = start;
            for (long p = 0; p < steps; p++) {
                int left = a.get(INT, aAt + p * Integer.BYTES);
                int right = b.get(INT, (p * cols + col) * Integer.BYTES);
                sum += Float.intBitsToFloat(left & 0xffff0000) * Float.intBitsToFloat(right & 0xffff0000);
                sum += Float.intBitsToFloat(left << 16) * Float.intBitsToFloat(right << 16);
            }
            return sum;
        });
    }

    static Tile blocks(CodeBlocks format, int rows, int cols) {
        return elements(rows, cols, (start, a, aAt, b, col, steps) -> {
            float sum = start;
            for (long block = 0; block < steps; block++) {
                long left = aAt + block * format.rowInts * Integer.BYTES;
                long right = (block * format.columnInts() * cols + col) * Integer.BYTES;
                long columns = (long) cols * Integer.BYTES;
                int whole = format == CodeBlocks.BYTES ? a.get(INT, left + 4L * format.ints + 4) : 0;
                for (int i = 0; i < format.ints; i++) {
                    whole += dot(format, a.get(INT, left + 4L * i), b.get(INT, right + i * columns));
                }
                float scaled = whole * a.get(FLOAT, left + 4L * format.ints);
                sum = Math.fma(scaled, b.get(FLOAT, right + format.ints * columns), sum);
            }
            return sum;
        });
    }

    private static int dot(CodeBlocks format, int left, int right) {
        if (format == CodeBlocks.WORDS) {
            return (short) left * (short) right + (left >> 16) * (right >> 16);
        }
        int sum = 0;
        for (int i = 0; i < 32; i += 8) {
            sum += (byte) (left >> i) * (right >> i & 0xff);
        }
        return sum;
    }

    private static Tile elements(int rows, int cols, Element element) {
        return (a, b, c, steps, aStride, cStride, groups) -> {
            for (long row = 0; row < rows * groups; row++) {
                for (int col = 0; col < cols; col++) {
                    long at = row * cStride + (long) col * Float.BYTES;
                    c.set(FLOAT, at, element.add(c.get(FLOAT, at), a, row * aStride, b, col, steps));
                }
            }
        };
    }
}
