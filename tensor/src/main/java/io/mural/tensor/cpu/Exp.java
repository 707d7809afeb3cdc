package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.FLOAT;
import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.Activation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Powers of two and of e in whole loops: what softmax and the activations are made of. 2^x = 2^n 2^f with n the nearest
 * whole number and 2^f a polynomial (minimax over [-0.5, 0.5], relative error 1.9e-9); in float32 both powers have a
 * relative error below 1.5e-7. Only fused multiply-adds, so compiled and interpreted code agree to the bit.
 *
 * <p>Each loop holds its polynomial itself: a vector that passes through a method the compiler did not inline becomes
 * an object, and what it inlines depends on what ran before. Counts are whole numbers of vectors.
 */
final class Exp {
    static final float LOG2_E = 1.44269504f;
    /** What {@link #LOG2_E} lacks of log2(e). */
    private static final float LOG2_E_REST = 1.92596303e-8f;

    /** Results below 2^-126 become 2^-126: 1e-38 instead of a smaller number. */
    private static final float SMALLEST = -126;

    private static final float LARGEST = 127;
    /** Adding and subtracting it rounds to a whole number, which the low bits of the sum then hold. */
    private static final float ROUNDER = 0x1.8p23f;

    private static final float P1 = 0.693147206f;
    private static final float P2 = 0.240226469f;
    private static final float P3 = 0.0555032878f;
    private static final float P4 = 0.00961848896f;
    private static final float P5 = 0.00133999312f;
    private static final float P6 = 0.000153458122f;

    /** 2 sqrt(2 / pi) */
    private static final float GELU = 1.5957691216f;

    private Exp() {}

    /** 2^x for x up to 127; NaN stays NaN. */
    static float exp2(float x) {
        float clamped = x < SMALLEST ? SMALLEST : x;
        float shifted = clamped + ROUNDER;
        float f = clamped - (shifted - ROUNDER);
        float p = Math.fma(P6, f, P5);
        p = Math.fma(p, f, P4);
        p = Math.fma(p, f, P3);
        p = Math.fma(p, f, P2);
        p = Math.fma(p, f, P1);
        p = Math.fma(p, f, 1);
        return Float.intBitsToFloat(Float.floatToRawIntBits(p) + (Float.floatToRawIntBits(shifted) << 23));
    }

    /**
     * {@code x = 2^(x - largest)} with {@code largest} at least every x, and adds the results to the vector of sums at
     * {@code sumAt}.
     */
    static void exp2(float[] x, int from, int count, float largest, float[] sums, int sumAt) {
        var sum = FloatVector.fromArray(FLOAT, sums, sumAt);
        for (int i = from; i < from + count; i += LANES) {
            var y = FloatVector.fromArray(FLOAT, x, i).sub(largest);
            y = y.blend(SMALLEST, y.compare(VectorOperators.LT, SMALLEST));
            var shifted = y.add(ROUNDER);
            var f = y.sub(shifted.sub(ROUNDER));
            var p = f.fma(FloatVector.broadcast(FLOAT, P6), FloatVector.broadcast(FLOAT, P5));
            p = p.fma(f, FloatVector.broadcast(FLOAT, P4));
            p = p.fma(f, FloatVector.broadcast(FLOAT, P3));
            p = p.fma(f, FloatVector.broadcast(FLOAT, P2));
            p = p.fma(f, FloatVector.broadcast(FLOAT, P1));
            p = p.fma(f, FloatVector.broadcast(FLOAT, 1));
            var exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            p = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
            p.intoArray(x, i);
            sum = sum.add(p);
        }
        sum.intoArray(sums, sumAt);
    }

    /** {@code x = f(x)} for {@code count} elements and for those that fill their last vector. */
    static void apply(Activation f, float[] x, int from, int count) {
        switch (f) {
            case NONE -> {}
            case SILU -> gate(x, from, count, 1, 0);
            case QUICK_GELU -> gate(x, from, count, 1.702f, 0);
            case RELU -> positive(x, from, count);
            // 0.5 x (1 + tanh(u)) = x / (1 + e^(-2u)) with u = sqrt(2 / pi) (x + 0.044715 x^3)
            case GELU_TANH -> gate(x, from, count, GELU, GELU * 0.044715f);
        }
    }

    private static void positive(float[] x, int from, int count) {
        for (int i = from; i < from + count; i += LANES) {
            FloatVector.fromArray(FLOAT, x, i).max(0).intoArray(x, i);
        }
    }

    /** {@code x = x / (1 + e^-t)} with {@code t = linear x + cubic x^3}; e^-t is clamped to [2^-126, 2^127]. */
    private static void gate(float[] x, int from, int count, float linear, float cubic) {
        for (int i = from; i < from + count; i += LANES) {
            var value = FloatVector.fromArray(FLOAT, x, i);
            var factor = value.mul(-cubic).fma(value, FloatVector.broadcast(FLOAT, -linear));
            var t = value.mul(factor);
            var y = t.mul(LOG2_E);
            y = y.blend(SMALLEST, y.compare(VectorOperators.LT, SMALLEST));
            y = y.blend(LARGEST, y.compare(VectorOperators.GT, LARGEST));
            var shifted = y.add(ROUNDER);
            var whole = shifted.sub(ROUNDER);
            // t log2(e) - whole, the product unrounded and log2(e) in two parts; clamped where t was beyond the ends
            var f = t.fma(FloatVector.broadcast(FLOAT, LOG2_E), whole.neg());
            f = t.fma(FloatVector.broadcast(FLOAT, LOG2_E_REST), f);
            f = f.blend(-0.5f, f.compare(VectorOperators.LT, -0.5f));
            f = f.blend(0.5f, f.compare(VectorOperators.GT, 0.5f));
            var p = f.fma(FloatVector.broadcast(FLOAT, P6), FloatVector.broadcast(FLOAT, P5));
            p = p.fma(f, FloatVector.broadcast(FLOAT, P4));
            p = p.fma(f, FloatVector.broadcast(FLOAT, P3));
            p = p.fma(f, FloatVector.broadcast(FLOAT, P2));
            p = p.fma(f, FloatVector.broadcast(FLOAT, P1));
            p = p.fma(f, FloatVector.broadcast(FLOAT, 1));
            var exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            p = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
            value.div(p.add(1)).intoArray(x, i);
        }
    }
}
