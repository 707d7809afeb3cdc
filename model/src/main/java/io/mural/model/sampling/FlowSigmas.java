package io.mural.model.sampling;

import io.mural.tensor.InputException;
import java.util.Locale;

/**
 * The noise levels of a video: evenly spaced, moved towards noise by a shift s to {@code s sigma / (1 + (s - 1) sigma)},
 * and a 0 at the end. Computed in double precision and rounded once.
 */
public final class FlowSigmas {
    /** How the levels before the shift are spaced; programs differ. */
    public enum Form {
        /** From 1 to 0.001, as diffusers 0.40 has them. */
        DIFFUSERS,
        /** From 0.999 towards 0, as Wan's authors have them. */
        WAN,
        /** From 1 towards 0, as DiffSynth has them, and with it UltraGen and T3-Video. */
        DIFFSYNTH;

        public static Form of(String name) {
            for (var form : values()) {
                if (form.text().equals(name)) {
                    return form;
                }
            }
            throw new InputException("sigmas " + name + ": expected diffusers, wan or diffsynth");
        }

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int MAX_STEPS = 10_000;
    private static final int TRAIN_TIMESTEPS = 1000;

    private final double[] exact;
    private final float[] sigmas;
    private final Form form;

    private FlowSigmas(double[] exact, Form form) {
        this.exact = exact;
        this.form = form;
        sigmas = new float[exact.length + 1];
        for (int i = 0; i < exact.length; i++) {
            sigmas[i] = (float) exact[i];
        }
    }

    public static FlowSigmas of(int steps, double shift, Form form) {
        if (steps < 1 || steps > MAX_STEPS) {
            throw new InputException(steps + " steps: choose 1 to " + MAX_STEPS);
        }
        if (!(shift > 0) || shift > 1000) {
            throw new InputException("shift " + shift + ": choose a number above 0, up to 1000");
        }
        double first = form == Form.WAN ? 0.999 : 1;
        double last = form == Form.DIFFUSERS ? 0.001 : 0;
        var sigmas = new double[steps];
        for (int i = 0; i < steps; i++) {
            double even = first + i * ((last - first) / steps);
            sigmas[i] = shift * even / (1 + (shift - 1) * even);
        }
        if (form == Form.DIFFUSERS && Math.abs(sigmas[0] - 1) < 1e-6) {
            // So that the logarithm of 1 - sigma is finite.
            sigmas[0] -= 1e-6;
        }
        return new FlowSigmas(sigmas, form);
    }

    public int steps() {
        return exact.length;
    }

    /** The noise level before step {@code index}, and after the last step, 0. */
    public float sigma(int index) {
        return sigmas[index];
    }

    /** What the model is told before step {@code index}: the noise level in thousandths, whole numbers but in one form. */
    public double timestep(int index) {
        double timestep = exact[index] * TRAIN_TIMESTEPS;
        return form == Form.DIFFSYNTH ? (float) timestep : Math.floor(timestep);
    }
}
