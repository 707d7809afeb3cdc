package uk.ac.manchester.tornado.api.types;

/** Conversions between float and bfloat16, the upper half of a float's bits. */
public final class BFloat16 {
    private BFloat16() {}

    public static float bf16ToFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The bits of the nearest bfloat16; of two equally near, the one farther from zero. */
    public static short bf16FromFloat(float value) {
        if (Float.isNaN(value)) {
            return 0x7FC0;
        }
        return (short) ((Float.floatToRawIntBits(value) + 0x8000) >> 16);
    }
}
