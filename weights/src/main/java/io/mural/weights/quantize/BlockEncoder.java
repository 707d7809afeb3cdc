package io.mural.weights.quantize;

import io.mural.tensor.DType;
import io.mural.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Rounds float32 numbers to the block formats that {@link Quantization} writes ({@link io.mural.tensor.BlockFormats} has
 * their layouts). Q8_0 and Q5_0 are ggml's reference rounding, to the byte. Q4_K is searched for the least squared error.
 * Not for several threads at once.
 */
public final class BlockEncoder {
    /** Whole codes of Q4_K: 0 to 15. */
    private static final int MOST = 15;
    /** Factors of Q4_K's parts: 0 to 63. */
    private static final int MOST_FACTOR = 63;

    private static final int PART = 32;
    private static final int PARTS = 8;

    /**
     * Over how many codes the range of a part is first spread. Fewer than 15 clip nothing but leave codes unused; more
     * clip the extremes and make steps finer. The best of them is kept.
     */
    private static final float[] SPREADS = {13.5f, 14, 14.5f, 15, 15.5f, 16};

    private final float[] scales = new float[PARTS];
    private final float[] offsets = new float[PARTS];
    private final int[] factors = new int[2 * PARTS];
    private final int[] codes = new int[PARTS * PART];

    /** Whether {@link #encode} knows the format. */
    public static boolean knows(DType dtype) {
        return dtype == DType.Q8_0 || dtype == DType.Q5_0 || dtype == DType.Q4_K;
    }

    /** Rounds {@code count} numbers, whole blocks, to the start of {@code out}. Numbers must be finite. */
    public void encode(DType dtype, float[] x, int count, MemorySegment out) {
        for (int i = 0; i < count; i += dtype.blockSize()) {
            long at = (long) i / dtype.blockSize() * dtype.blockBytes();
            switch (dtype) {
                case Q8_0 -> q80(x, i, out, at);
                case Q5_0 -> q50(x, i, out, at);
                case Q4_K -> q4k(x, i, out, at);
                default -> throw new IllegalArgumentException("nothing is rounded to " + dtype);
            }
        }
    }

    private static void q80(float[] x, int from, MemorySegment out, long at) {
        float largest = 0;
        for (int i = from; i < from + PART; i++) {
            largest = Math.max(largest, Math.abs(x[i]));
        }
        float scale = largest / 127;
        float inverse = inverse(scale);
        half(out, at, scale);
        for (int i = 0; i < PART; i++) {
            put(out, at + 2 + i, awayFromZero(x[from + i] * inverse));
        }
    }

    /** To nearest, ties away from zero, as C's {@code roundf}. */
    private static int awayFromZero(float value) {
        int whole = (int) value;
        float rest = value - whole;
        return rest >= 0.5f ? whole + 1 : rest <= -0.5f ? whole - 1 : whole;
    }

    /** The element of largest magnitude becomes code 0, which is -16 scales. */
    private void q50(float[] x, int from, MemorySegment out, long at) {
        float largest = 0;
        for (int i = from; i < from + PART; i++) {
            if (Math.abs(x[i]) > Math.abs(largest)) {
                largest = x[i];
            }
        }
        float scale = largest / -16;
        float inverse = inverse(scale);
        half(out, at, scale);
        int fifths = 0;
        for (int i = 0; i < PART; i++) {
            codes[i] = Math.clamp((int) ((double) x[from + i] * inverse + 16.5), 0, 31);
            fifths |= codes[i] >> 4 << i;
        }
        for (int i = 0; i < 4; i++) {
            put(out, at + 2 + i, fifths >> 8 * i);
        }
        for (int i = 0; i < PART / 2; i++) {
            put(out, at + 6 + i, codes[i] & 0xf | codes[PART / 2 + i] << 4);
        }
    }

    private void q4k(float[] x, int from, MemorySegment out, long at) {
        float largestScale = 0;
        float largestOffset = 0;
        for (int part = 0; part < PARTS; part++) {
            fit(x, from + part * PART, part);
            largestScale = Math.max(largestScale, scales[part]);
            largestOffset = Math.max(largestOffset, offsets[part]);
        }
        float scale = half(out, at, largestScale / MOST_FACTOR);
        float offset = half(out, at + 2, largestOffset / MOST_FACTOR);
        for (int part = 0; part < PARTS; part++) {
            factors[part] = factor(scales[part], scale);
            factors[PARTS + part] = factor(offsets[part], offset);
            round(x, from, part, scale * factors[part], offset * factors[PARTS + part]);
        }
        for (int i = 0; i < 4; i++) {
            put(out, at + 4 + i, factors[i] | factors[4 + i] >> 4 << 6);
            put(out, at + 8 + i, factors[PARTS + i] | factors[PARTS + 4 + i] >> 4 << 6);
            put(out, at + 12 + i, factors[4 + i] & 0xf | factors[PARTS + 4 + i] << 4);
        }
        for (int i = 0; i < PARTS * PART / 2; i++) {
            int code = i / PART * 2 * PART + i % PART;
            put(out, at + 16 + i, codes[code] | codes[code + PART] << 4);
        }
    }

    private static int factor(float value, float unit) {
        return unit == 0 ? 0 : Math.clamp(Math.round(value / unit), 0, MOST_FACTOR);
    }

    private void round(float[] x, int from, int part, float scale, float offset) {
        float inverse = inverse(scale);
        for (int i = part * PART; i < (part + 1) * PART; i++) {
            codes[i] = Math.clamp((int) ((x[from + i] + offset) * inverse + 0.5f), 0, MOST);
        }
    }

    /**
     * The scale and the offset of a part with {@code x ~ scale code - offset}, neither negative: for each way to spread the
     * codes over the range, those that least squares give for the codes so found.
     */
    private void fit(float[] x, int from, int part) {
        float least = 0;
        float most = 0;
        double sum = 0;
        double squares = 0;
        for (int i = from; i < from + PART; i++) {
            least = Math.min(least, x[i]);
            most = Math.max(most, x[i]);
            sum += x[i];
            squares += (double) x[i] * x[i];
        }
        // all codes 0: the best there is where all numbers are the same one below zero
        double below = Math.max(0, -sum / PART);
        scales[part] = 0;
        offsets[part] = (float) below;
        if (most == least) {
            return;
        }
        double best = squares + below * (PART * below + 2 * sum);
        for (float spread : SPREADS) {
            float inverse = spread / (most - least);
            int codeSum = 0;
            int codeSquares = 0;
            double products = 0;
            for (int i = from; i < from + PART; i++) {
                int code = Math.min((int) ((x[i] - least) * inverse + 0.5f), MOST);
                codeSum += code;
                codeSquares += code * code;
                products += (double) code * x[i];
            }
            double determinant = (double) PART * codeSquares - (double) codeSum * codeSum;
            double scale = determinant == 0 ? 0 : (PART * products - codeSum * sum) / determinant;
            double offset = determinant == 0 ? 0 : (codeSum * products - codeSquares * sum) / determinant;
            if (offset < 0 || determinant == 0) {
                offset = 0;
                scale = codeSquares == 0 ? 0 : products / codeSquares;
            }
            double error = squares
                    + scale * (scale * codeSquares - 2 * products - 2 * offset * codeSum)
                    + offset * (PART * offset + 2 * sum);
            if (error < best && scale > 0) {
                best = error;
                scales[part] = (float) scale;
                offsets[part] = (float) offset;
            }
        }
    }

    /** A scale that is subnormal is zero as a half, and so are the elements. */
    private static float inverse(float scale) {
        return Math.abs(scale) < Float.MIN_NORMAL ? 0 : 1 / scale;
    }

    /** Writes a half and returns what it holds. */
    private static float half(MemorySegment out, long at, float value) {
        short half = Float.floatToFloat16(value);
        out.set(Matrix.F16_LAYOUT, at, half);
        return Float.float16ToFloat(half);
    }

    private static void put(MemorySegment out, long at, int value) {
        out.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    }
}
