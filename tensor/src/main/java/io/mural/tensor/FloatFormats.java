package io.mural.tensor;

/** Conversions between float32 and the short floating-point formats that weights are stored in. */
public final class FloatFormats {
    private FloatFormats() {}

    /** bfloat16 is the upper half of a float32. */
    public static float bf16ToFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** Rounds to nearest, ties to even; NaN stays NaN. */
    public static short floatToBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    /** OCP E4M3 ("fn"): bias 7, no infinities, all ones is NaN, largest value 448. */
    public static float f8e4m3ToFloat(byte bits) {
        int exponent = bits >> 3 & 0xf;
        int mantissa = bits & 0x7;
        float magnitude;
        if (exponent == 0xf && mantissa == 0x7) {
            magnitude = Float.NaN;
        } else if (exponent == 0) {
            magnitude = mantissa * 0x1p-9f;
        } else {
            magnitude = Float.intBitsToFloat(exponent + 127 - 7 << 23 | mantissa << 20);
        }
        return bits < 0 ? -magnitude : magnitude;
    }

    /** OCP E5M2: the upper byte of an IEEE half. */
    public static float f8e5m2ToFloat(byte bits) {
        return Float.float16ToFloat((short) (bits << 8));
    }
}
