package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.INT;
import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.DType;
import io.mural.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Reads weights in their file's format as float32. An int of the file holds {@link #phases} neighbouring elements;
 * a vector of ints gives a vector of every phase, so widened elements come out phase by phase: element
 * {@code phases * i + p} of a row lands at {@code p * stride + i}.
 *
 * <p>A short float with exponent bias B becomes a float32 by moving its exponent and mantissa below float32's exponent
 * field and multiplying by 2^(127 - B), which is exact and right for subnormal numbers too.
 */
final class Widening {
    private static final int SIGN = 0x80000000;
    private static final int INFINITE = 0x7f800000;
    private static final int NAN = 0x7fc00000;
    /** The exponent field of a half at the top of an int. */
    private static final int HALF_INFINITE = 0x7c000000;

    private Widening() {}

    /** Elements of a file that share an int: 1 for float32 and what is read one by one. */
    static int phases(Matrix matrix) {
        return switch (matrix) {
            case Matrix.F64 m -> 1;
            case Matrix.F32 m -> 1;
            case Matrix.F16 m -> 2;
            case Matrix.BF16 m -> 2;
            case Matrix.F8E4M3 m -> 4;
            case Matrix.F8E5M2 m -> 4;
        };
    }

    /** Distance of two phases of {@code count} elements: a whole number of vectors. */
    static int stride(Matrix matrix, int count) {
        int phases = phases(matrix);
        return Lanes.up((count + phases - 1) / phases);
    }

    /**
     * Widens elements {@code from} to {@code from + count} of a row to {@code phases(matrix)} runs of {@code stride}
     * floats at {@code to}; what is left of a run is zero.
     */
    static void read(Matrix matrix, int row, int from, int count, Scratch scratch, float[] out, int to) {
        int stride = stride(matrix, count);
        switch (matrix) {
            case Matrix.F64 m -> {
                for (int i = 0; i < count; i++) {
                    out[to + i] = m.get(row, from + i);
                }
                java.util.Arrays.fill(out, to + count, to + stride, 0);
            }
            case Matrix.F32 m -> {
                long offset = ((long) row * m.cols() + from) * Float.BYTES;
                MemorySegment.copy(m.data(), Matrix.F32_LAYOUT, offset, out, to, count);
                java.util.Arrays.fill(out, to + count, to + stride, 0);
            }
            case Matrix.BF16 m -> widenBf16(raw(m, row, from, count, stride, scratch), stride, out, to);
            case Matrix.F16 m -> widenHalf(raw(m, row, from, count, stride, scratch), stride, 2, 1, out, to);
            case Matrix.F8E5M2 m -> widenHalf(raw(m, row, from, count, stride, scratch), stride, 4, m.scale(), out, to);
            case Matrix.F8E4M3 m -> widenE4m3(raw(m, row, from, count, stride, scratch), stride, m.scale(), out, to);
        }
    }

    /** As {@link #read}, with the elements in their order. */
    static void readInOrder(Matrix matrix, int row, int from, int count, Scratch scratch, float[] out, int to) {
        int phases = phases(matrix);
        if (phases == 1) {
            readOne(matrix, row, from, count, out, to);
            return;
        }
        int stride = stride(matrix, count);
        var apart = scratch.more(phases * stride);
        read(matrix, row, from, count, scratch, apart, 0);
        for (int p = 0; p < phases; p++) {
            for (int i = p, j = p * stride; i < count; i += phases, j++) {
                out[to + i] = apart[j];
            }
        }
    }

    private static void readOne(Matrix matrix, int row, int from, int count, float[] out, int to) {
        if (matrix.dtype() == DType.F32) {
            long offset = ((long) row * matrix.cols() + from) * Float.BYTES;
            MemorySegment.copy(matrix.data(), Matrix.F32_LAYOUT, offset, out, to, count);
            return;
        }
        for (int i = 0; i < count; i++) {
            out[to + i] = matrix.get(row, from + i);
        }
    }

    /** The file's bytes, zeros after them up to {@code ints}. */
    private static int[] raw(Matrix matrix, int row, int from, int count, int ints, Scratch scratch) {
        int bytes = matrix.dtype().bytes();
        var raw = scratch.raw(ints);
        for (int i = count * bytes / Integer.BYTES; i < ints; i++) {
            raw[i] = 0;
        }
        long offset = ((long) row * matrix.cols() + from) * bytes;
        MemorySegment.copy(
                matrix.data(),
                ValueLayout.JAVA_BYTE,
                offset,
                scratch.rawBytes,
                ValueLayout.JAVA_BYTE,
                0,
                (long) count * bytes);
        return raw;
    }

    private static void widenBf16(int[] raw, int ints, float[] out, int to) {
        for (int i = 0; i < ints; i += LANES) {
            var pair = IntVector.fromArray(INT, raw, i);
            pair.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(out, to + i);
            pair.and(0xffff0000).reinterpretAsFloats().intoArray(out, to + ints + i);
        }
    }

    /** IEEE half (two in an int) and E5M2, its upper byte (four in an int): exponent bias 15. */
    private static void widenHalf(int[] raw, int ints, int phases, float scale, float[] out, int to) {
        int magnitude = phases == 2 ? 0x7fff0000 : 0x7f000000;
        for (int p = 0; p < phases; p++) {
            int shift = 32 - 32 / phases * (p + 1);
            for (int i = 0; i < ints; i += LANES) {
                var top = IntVector.fromArray(INT, raw, i).lanewise(VectorOperators.LSHL, shift);
                var bits = top.and(magnitude).lanewise(VectorOperators.LSHR, 3);
                var value = bits.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
                var special = bits.compare(VectorOperators.GE, HALF_INFINITE >>> 3);
                value = value.blend(value.or(INFINITE), special).or(top.and(SIGN));
                value.reinterpretAsFloats().mul(scale).intoArray(out, to + p * ints + i);
            }
        }
    }

    /** E4M3 without infinities: exponent bias 7, all ones is NaN. */
    private static void widenE4m3(int[] raw, int ints, float scale, float[] out, int to) {
        for (int p = 0; p < 4; p++) {
            int shift = 24 - 8 * p;
            for (int i = 0; i < ints; i += LANES) {
                var top = IntVector.fromArray(INT, raw, i).lanewise(VectorOperators.LSHL, shift);
                var bits = top.and(0x7f000000).lanewise(VectorOperators.LSHR, 4);
                var value = bits.reinterpretAsFloats().mul(0x1p120f).reinterpretAsInts();
                var special = bits.compare(VectorOperators.EQ, 0x7f000000 >>> 4);
                value = value.blend(NAN, special).or(top.and(SIGN));
                value.reinterpretAsFloats().mul(scale).intoArray(out, to + p * ints + i);
            }
        }
    }
}
