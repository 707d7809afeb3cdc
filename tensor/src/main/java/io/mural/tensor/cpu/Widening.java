package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.INT;
import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Reads weights in their file's format as float32. Elements stay packed as they are in the file, 1, 2 or 4 in an int,
 * as long as they are only moved; {@link #widen} then takes a vector of ints to a vector of floats for each of these
 * places: place p of int i of a row is element {@code places * i + p}.
 *
 * <p>A short float with exponent bias B becomes a float32 by moving its exponent and mantissa below float32's exponent
 * field and multiplying by 2^(127 - B), which is exact and right for subnormal numbers too. Formats in blocks have a file of their own, {@link BlockWidening}.
 */
final class Widening {
    private static final int SIGN = 0x80000000;
    private static final int INFINITE = 0x7f800000;
    private static final int NAN = 0x7fc00000;
    /** The exponent field of a half at the top of an int. */
    private static final int HALF_INFINITE = 0x7c000000;

    private Widening() {}

    /** Elements of the format that share an int; float64 becomes float32 while it is read. */
    static int places(Matrix matrix) {
        return switch (matrix) {
            case Matrix.F64 m -> 1;
            case Matrix.F32 m -> 1;
            case Matrix.F16 m -> 2;
            case Matrix.BF16 m -> 2;
            case Matrix.F8E4M3 m -> 4;
            case Matrix.F8E5M2 m -> 4;
            case Matrix.Blocked m -> 4;
        };
    }

    /** Ints that {@code count} elements take. */
    static int ints(Matrix matrix, int count) {
        int places = places(matrix);
        return (count + places - 1) / places;
    }

    /**
     * Copies elements {@code from} to {@code from + count} of a row as they are to the ints at {@code at} of
     * {@code scratch.raw}; what is left of the last int is zero.
     */
    static void read(Matrix matrix, int row, int from, int count, Scratch scratch, int at) {
        if (matrix instanceof Matrix.F64) {
            for (int i = 0; i < count; i++) {
                scratch.raw[at + i] = Float.floatToRawIntBits(matrix.get(row, from + i));
            }
            return;
        }
        int bytes = matrix.dtype().bytes();
        scratch.raw[at + ints(matrix, count) - 1] = 0;
        long offset = ((long) row * matrix.cols() + from) * bytes;
        MemorySegment.copy(matrix.data(), offset, scratch.rawBytes, (long) at * Integer.BYTES, (long) count * bytes);
    }

    /** Elements {@code from} to {@code from + count} of a row in their order, at {@code to}. */
    static void readInOrder(Matrix matrix, int row, int from, int count, Scratch scratch, float[] out, int to) {
        if (matrix instanceof Matrix.F32) {
            long offset = ((long) row * matrix.cols() + from) * Float.BYTES;
            MemorySegment.copy(matrix.data(), Matrix.F32_LAYOUT, offset, out, to, count);
            return;
        }
        if (matrix instanceof Matrix.Blocked blocked) {
            BlockWidening.inOrder(blocked, row, from, count, scratch, out, to);
            return;
        }
        int places = places(matrix);
        int stride = Lanes.up(ints(matrix, count));
        scratch.raw(stride);
        read(matrix, row, from, count, scratch, 0);
        var apart = scratch.more(places * stride);
        widen(matrix, scratch.raw, 0, stride, apart, 0, stride, LANES);
        for (int p = 0; p < places; p++) {
            for (int i = p, j = p * stride; i < count; i += places, j++) {
                out[to + i] = apart[j];
            }
        }
    }

    /**
     * Widens {@code count} ints, a whole number of vectors: the floats of place p of vector i go to
     * {@code to + p * placeStride + i * vectorStride}.
     */
    static void widen(
            Matrix format, int[] raw, int from, int count, float[] out, int to, int placeStride, int vectorStride) {
        int vectors = count / LANES;
        switch (format) {
            case Matrix.F64 m -> copy(raw, from, vectors, out, to, vectorStride);
            case Matrix.F32 m -> copy(raw, from, vectors, out, to, vectorStride);
            case Matrix.BF16 m -> bf16(raw, from, vectors, out, to, placeStride, vectorStride);
            case Matrix.F16 m -> {
                half(raw, from, vectors, 16, 0x7fff0000, 1, out, to, vectorStride);
                half(raw, from, vectors, 0, 0x7fff0000, 1, out, to + placeStride, vectorStride);
            }
            case Matrix.F8E5M2 m -> {
                for (int p = 0; p < 4; p++) {
                    half(
                            raw,
                            from,
                            vectors,
                            24 - 8 * p,
                            0x7f000000,
                            m.scale(),
                            out,
                            to + p * placeStride,
                            vectorStride);
                }
            }
            case Matrix.F8E4M3 m -> {
                for (int p = 0; p < 4; p++) {
                    e4m3(raw, from, vectors, 24 - 8 * p, m.scale(), out, to + p * placeStride, vectorStride);
                }
            }
            case Matrix.Blocked m -> throw new IllegalArgumentException("the scales of blocks stand beside the ints");
        }
    }

    private static void copy(int[] raw, int from, int vectors, float[] out, int to, int stride) {
        for (int i = 0; i < vectors; i++) {
            IntVector.fromArray(INT, raw, from + i * LANES)
                    .reinterpretAsFloats()
                    .intoArray(out, to + i * stride);
        }
    }

    private static void bf16(int[] raw, int from, int vectors, float[] out, int to, int placeStride, int stride) {
        for (int i = 0; i < vectors; i++) {
            var pair = IntVector.fromArray(INT, raw, from + i * LANES);
            int at = to + i * stride;
            pair.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(out, at);
            pair.and(0xffff0000).reinterpretAsFloats().intoArray(out, at + placeStride);
        }
    }

    /** IEEE half, or E5M2, its upper byte, that {@code shift} brings to the top of an int: exponent bias 15. */
    private static void half(
            int[] raw, int from, int vectors, int shift, int magnitude, float scale, float[] out, int to, int stride) {
        for (int i = 0; i < vectors; i++) {
            var top = IntVector.fromArray(INT, raw, from + i * LANES).lanewise(VectorOperators.LSHL, shift);
            var bits = top.and(magnitude).lanewise(VectorOperators.LSHR, 3);
            var value = bits.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
            var special = bits.compare(VectorOperators.GE, HALF_INFINITE >>> 3);
            value = value.blend(value.or(INFINITE), special).or(top.and(SIGN));
            value.reinterpretAsFloats().mul(scale).intoArray(out, to + i * stride);
        }
    }

    /** E4M3 without infinities: exponent bias 7, all ones is NaN. */
    private static void e4m3(
            int[] raw, int from, int vectors, int shift, float scale, float[] out, int to, int stride) {
        for (int i = 0; i < vectors; i++) {
            var top = IntVector.fromArray(INT, raw, from + i * LANES).lanewise(VectorOperators.LSHL, shift);
            var bits = top.and(0x7f000000).lanewise(VectorOperators.LSHR, 4);
            var value = bits.reinterpretAsFloats().mul(0x1p120f).reinterpretAsInts();
            var special = bits.compare(VectorOperators.EQ, 0x7f000000 >>> 4);
            value = value.blend(NAN, special).or(top.and(SIGN));
            value.reinterpretAsFloats().mul(scale).intoArray(out, to + i * stride);
        }
    }
}
