package io.mural.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FloatFormatsTest {
    @Test
    void everyE4m3Pattern() {
        for (int bits = 0; bits < 256; bits++) {
            int exponent = bits >> 3 & 0xf;
            int mantissa = bits & 7;
            double magnitude =
                    exponent == 0 ? mantissa / 8.0 * Math.pow(2, -6) : (1 + mantissa / 8.0) * Math.pow(2, exponent - 7);
            double expected = (bits & 0x7f) == 0x7f ? Double.NaN : bits < 128 ? magnitude : -magnitude;
            requireSame(bits, FloatFormats.f8e4m3ToFloat((byte) bits), expected);
        }
        assertThat(FloatFormats.f8e4m3ToFloat((byte) 0x7e)).isEqualTo(448);
    }

    @Test
    void everyE5m2Pattern() {
        for (int bits = 0; bits < 256; bits++) {
            int exponent = bits >> 2 & 0x1f;
            int mantissa = bits & 3;
            double magnitude = exponent == 0
                    ? mantissa / 4.0 * Math.pow(2, -14)
                    : (1 + mantissa / 4.0) * Math.pow(2, exponent - 15);
            if (exponent == 31) {
                magnitude = mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
            }
            double expected = bits < 128 ? magnitude : -magnitude;
            requireSame(bits, FloatFormats.f8e5m2ToFloat((byte) bits), expected);
        }
    }

    @Test
    void bf16IsTheUpperHalfAndRoundsToEven() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = FloatFormats.bf16ToFloat((short) bits);
            assertThat(Float.floatToRawIntBits(value)).isEqualTo(bits << 16);
            if (!Float.isNaN(value)) {
                assertThat(FloatFormats.floatToBf16(value)).isEqualTo((short) bits);
            }
        }
        assertThat(FloatFormats.floatToBf16(Float.intBitsToFloat(0x3f808000))).isEqualTo((short) 0x3f80);
        assertThat(FloatFormats.floatToBf16(Float.intBitsToFloat(0x3f818000))).isEqualTo((short) 0x3f82);
        assertThat(FloatFormats.floatToBf16(Float.intBitsToFloat(0x3f808001))).isEqualTo((short) 0x3f81);
        assertThat(FloatFormats.bf16ToFloat(FloatFormats.floatToBf16(Float.intBitsToFloat(0x7f800001))))
                .isNaN();
    }

    /** As objects, so that NaN equals NaN and zeros differ by sign. */
    private static void requireSame(int bits, float actual, double expected) {
        assertThat(Double.valueOf(actual)).as("%x", bits).isEqualTo(Double.valueOf(expected));
    }
}
