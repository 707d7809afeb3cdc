package io.mural.tensor.cpu.machine;

/**
 * Products of bfloat16 with sums in float32: how their operands lie. An int holds two neighbours along k, the first in
 * its lower half; an odd k is filled up with zeros. A row of the left operand is its pairs side by side. A panel of the
 * right operand is, for each pair of k, an int for each of its columns.
 */
public final class Pairs {
    private Pairs() {}

    /** Pairs that so many elements take. */
    public static int of(int k) {
        return (k + 1) / 2;
    }

    /** The upper half of a float32 rounded to the nearest, ties to even; NaN stays NaN. */
    public static int round(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return bits >>> 16 | 0x40;
        }
        return bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
    }

    /** The pair of two values. */
    public static int round(float first, float second) {
        return round(first) | round(second) << 16;
    }
}
