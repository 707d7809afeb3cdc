package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.FLOAT;
import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.Activation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@code g = g f'(x)} in whole loops. All activations are {@code x s(t)} with s the logistic function and t = linear x +
 * cubic x^3, so that {@code f' = s + x s (1 - s) (linear + 3 cubic x^2)}. The power of e is that of {@link Exp}.
 */
final class ActivationGradient {
    private static final float LOG2_E = Exp.LOG2_E;
    private static final float SMALLEST = -126;
    private static final float LARGEST = 127;
    private static final float ROUNDER = 0x1.8p23f;
    private static final float P1 = 0.693147206f;
    private static final float P2 = 0.240226469f;
    private static final float P3 = 0.0555032878f;
    private static final float P4 = 0.00961848896f;
    private static final float P5 = 0.00133999312f;
    private static final float P6 = 0.000153458122f;
    /** 2 sqrt(2 / pi) */
    private static final float GELU = 1.5957691216f;
    /** Beyond it s is 0 or 1 to the last place, and x^3 would soon be no number. */
    private static final float FAR = 100;

    private ActivationGradient() {}

    /** For {@code count} elements and for those that fill their last vector. */
    static void apply(Activation f, float[] g, float[] x, int count) {
        switch (f) {
            case NONE -> {}
            case SILU -> gate(g, x, count, 1, 0);
            case QUICK_GELU -> gate(g, x, count, 1.702f, 0);
            case GELU_TANH -> gate(g, x, count, GELU, GELU * 0.044715f);
        }
    }

    private static void gate(float[] g, float[] x, int count, float linear, float cubic) {
        for (int i = 0; i < count; i += LANES) {
            var value = FloatVector.fromArray(FLOAT, x, i);
            value = value.blend(FAR, value.compare(VectorOperators.GT, FAR));
            value = value.blend(-FAR, value.compare(VectorOperators.LT, -FAR));
            var square = value.mul(value);
            var slope = square.fma(FloatVector.broadcast(FLOAT, 3 * cubic), FloatVector.broadcast(FLOAT, linear));
            var factor = square.fma(FloatVector.broadcast(FLOAT, cubic), FloatVector.broadcast(FLOAT, linear));
            var y = value.mul(factor).mul(-LOG2_E);
            y = y.blend(SMALLEST, y.compare(VectorOperators.LT, SMALLEST));
            y = y.blend(LARGEST, y.compare(VectorOperators.GT, LARGEST));
            var shifted = y.add(ROUNDER);
            var f = y.sub(shifted.sub(ROUNDER));
            var p = f.fma(FloatVector.broadcast(FLOAT, P6), FloatVector.broadcast(FLOAT, P5));
            p = p.fma(f, FloatVector.broadcast(FLOAT, P4));
            p = p.fma(f, FloatVector.broadcast(FLOAT, P3));
            p = p.fma(f, FloatVector.broadcast(FLOAT, P2));
            p = p.fma(f, FloatVector.broadcast(FLOAT, P1));
            p = p.fma(f, FloatVector.broadcast(FLOAT, 1));
            var exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            p = p.reinterpretAsInts().add(exponent).reinterpretAsFloats(); // e^-t
            var s = FloatVector.broadcast(FLOAT, 1).div(p.add(1));
            var rest = p.mul(s); // 1 - s, without loss where s is near 1
            var derivative = value.mul(s).mul(rest).fma(slope, s);
            FloatVector.fromArray(FLOAT, g, i).mul(derivative).intoArray(g, i);
        }
    }
}
