package io.mural.model.layers;

import java.util.Set;

/** Sinusoidal embedding of a scalar (DDPM's, as FLUX lays it out: all cosines, then all sines). */
public final class Sinusoid {
    private static final double MAX_PERIOD = 10000;
    /** Frequencies of the embeddings that FLUX has. */
    private static final int FREQUENCIES = 128;
    /**
     * Of these the ones that the reference rounds up, to the farther of two float32: its vectorised exponential is off by
     * 0.52 of the last place there. A time of 600 makes 2e-5 of that in the embedding, more than all other rounding.
     */
    private static final Set<Integer> ROUNDED_UP = Set.of(12, 106);

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
            float frequency = (float) Math.exp(exponent);
            if (half == FREQUENCIES && ROUNDED_UP.contains(i)) {
                frequency = Math.nextUp(frequency);
            }
            float angle = (float) t * frequency;
            values[i] = (float) Math.cos(angle);
            values[half + i] = (float) Math.sin(angle);
        }
        return values;
    }
}
