package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.FLOAT;

import io.mural.tensor.Activation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Powers of two and of e, and the activations made of them. 2^x = 2^n 2^f with n the nearest whole number and 2^f a
 * polynomial (minimax over [-0.5, 0.5], relative error 1.9e-9); in float32 2^x is right to 2 units in the last place,
 * 1.2e-7 relative. Only fused multiply-adds, so compiled and interpreted code agree to the bit.
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

    private Exp() {}

    /** 2^x for x up to 127; NaN stays NaN. */
    static FloatVector exp2(FloatVector x) {
        var clamped = x.blend(SMALLEST, x.compare(VectorOperators.LT, SMALLEST));
        var shifted = clamped.add(ROUNDER);
        var f = clamped.sub(shifted.sub(ROUNDER));
        return scaled(f, shifted);
    }

    /** As {@link #exp2(FloatVector)}, one number. */
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

    /** e^x, clamped to [2^-126, 2^127]; NaN stays NaN. */
    static FloatVector exp(FloatVector x) {
        var y = x.mul(LOG2_E);
        var shifted = y.blend(SMALLEST, y.compare(VectorOperators.LT, SMALLEST))
                .blend(LARGEST, y.compare(VectorOperators.GT, LARGEST))
                .add(ROUNDER);
        var whole = shifted.sub(ROUNDER);
        // x log2(e) - whole with the product unrounded and log2(e) in two parts; huge x would leave [-0.5, 0.5]
        var f = x.fma(FloatVector.broadcast(FLOAT, LOG2_E), whole.neg());
        f = x.fma(FloatVector.broadcast(FLOAT, LOG2_E_REST), f);
        f = f.blend(-0.5f, f.compare(VectorOperators.LT, -0.5f)).blend(0.5f, f.compare(VectorOperators.GT, 0.5f));
        return scaled(f, shifted);
    }

    private static FloatVector scaled(FloatVector f, FloatVector shifted) {
        var p = f.fma(FloatVector.broadcast(FLOAT, P6), FloatVector.broadcast(FLOAT, P5));
        p = p.fma(f, FloatVector.broadcast(FLOAT, P4));
        p = p.fma(f, FloatVector.broadcast(FLOAT, P3));
        p = p.fma(f, FloatVector.broadcast(FLOAT, P2));
        p = p.fma(f, FloatVector.broadcast(FLOAT, P1));
        p = p.fma(f, FloatVector.broadcast(FLOAT, 1));
        var exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        return p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    }

    /** {@code f(x)}; all three activations are x / (1 + e^-t) of some t. */
    static FloatVector apply(Activation f, FloatVector x) {
        return switch (f) {
            case NONE -> x;
            case SILU -> gated(x, x);
            case QUICK_GELU -> gated(x, x.mul(1.702f));
            // 0.5 x (1 + tanh(u)) = x / (1 + e^(-2u)) with u = sqrt(2 / pi) (x + 0.044715 x^3)
            case GELU_TANH -> {
                var square = x.mul(x);
                var factor = square.fma(
                        FloatVector.broadcast(FLOAT, 1.5957691216f * 0.044715f),
                        FloatVector.broadcast(FLOAT, 1.5957691216f));
                yield gated(x, x.mul(factor));
            }
        };
    }

    private static FloatVector gated(FloatVector x, FloatVector t) {
        return x.div(exp(t.neg()).add(1));
    }

    /** {@code x = f(x)} for {@code count} elements. */
    static void apply(Activation f, float[] x, int from, int count) {
        if (f == Activation.NONE) {
            return;
        }
        int bound = Lanes.down(count);
        for (int i = 0; i < bound; i += Lanes.LANES) {
            apply(f, Lanes.load(x, from + i)).intoArray(x, from + i);
        }
        if (bound < count) {
            VectorMask<Float> rest = FLOAT.indexInRange(bound, count);
            apply(f, FloatVector.fromArray(FLOAT, x, from + bound, rest)).intoArray(x, from + bound, rest);
        }
    }
}
