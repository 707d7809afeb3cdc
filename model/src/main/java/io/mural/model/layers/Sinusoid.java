package io.mural.model.layers;

/** Sinusoidal embedding of a scalar (DDPM's, as FLUX lays it out: all cosines, then all sines). */
public final class Sinusoid {
    private static final double MAX_PERIOD = 10000;

    private Sinusoid() {}

    /**
     * [cos(t w_i) ..., sin(t w_i) ...] with w_i = 10000^(-i / (dims / 2)). The angle is rounded to float32 at each of the
     * reference's operations: at t = 3500 a float32 is 2e-4 wide, so the rounding is part of what a model was trained on.
     */
    public static float[] of(double t, int dims) {
        int half = dims / 2;
        var values = new float[dims];
        for (int i = 0; i < half; i++) {
            float exponent = (float) -Math.log(MAX_PERIOD) * i / half;
            float angle = (float) t * (float) Math.exp(exponent);
            values[i] = (float) Math.cos(angle);
            values[half + i] = (float) Math.sin(angle);
        }
        return values;
    }
}
