package io.mural.tensor.asm;

/**
 * A vector register.
 *
 * @param bits 256 (ymm) or 512 (zmm)
 * @param number 0 to 31; those from 16 on need AVX-512
 */
public record Simd(int bits, int number) implements Operand {
    public Simd {
        if (bits != 256 && bits != 512 || number < 0 || number > 31) {
            throw new IllegalArgumentException("no vector register " + number + " of " + bits + " bits");
        }
    }

    public static Simd ymm(int number) {
        return new Simd(256, number);
    }

    public static Simd zmm(int number) {
        return new Simd(512, number);
    }
}
