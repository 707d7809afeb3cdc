package io.mural.model.sampling;

import io.mural.tensor.InputException;
import java.util.Arrays;

/**
 * The noise levels that a rectified-flow model passes through. Step i goes from {@code sigma(i)} to
 * {@code sigma(i + 1)}: x += (sigma(i + 1) - sigma(i)) * velocity, where sigma is 1 for pure noise and 0 for the
 * picture. All arithmetic is float32 in the order of diffusers' {@code FlowMatchEulerDiscreteScheduler}, so the values
 * are the same.
 */
public final class FlowMatchSchedule {
    /** Timesteps of a model are sigmas in thousandths. */
    public static final int TRAIN_TIMESTEPS = 1000;

    private static final int MAX_STEPS = 10_000;

    /** One more than there are steps; the last is 0. */
    private final float[] sigmas;

    private FlowMatchSchedule(float[] sigmas) {
        this.sigmas = sigmas;
    }

    /**
     * Sigmas from 1 to 1 / steps, moved towards noise by the resolution's {@code mu}:
     * sigma' = e^mu / (e^mu + 1 / sigma - 1) (Esser et al., "Scaling rectified flow transformers", section 5.3.2).
     */
    public static FlowMatchSchedule dynamic(int steps, double mu) {
        float exp = (float) Math.exp(mu);
        var sigmas = even(steps);
        for (int i = 0; i < steps; i++) {
            sigmas[i] = exp / (exp + (1 / sigmas[i] - 1));
        }
        return new FlowMatchSchedule(sigmas);
    }

    /** Sigmas from 1 to 1 / steps, each made shift * sigma / (1 + (shift - 1) * sigma); shift 1 leaves them alone. */
    public static FlowMatchSchedule fixed(int steps, double shift) {
        float factor = (float) shift;
        float lessOne = (float) (shift - 1);
        var sigmas = even(steps);
        for (int i = 0; i < steps; i++) {
            sigmas[i] = factor * sigmas[i] / (1 + lessOne * sigmas[i]);
        }
        return new FlowMatchSchedule(sigmas);
    }

    /** {@code steps} sigmas from 1 to 1 / steps at even distances, and a 0. */
    private static float[] even(int steps) {
        if (steps < 1 || steps > MAX_STEPS) {
            throw new InputException(steps + " steps: choose 1 to " + MAX_STEPS);
        }
        var sigmas = new float[steps + 1];
        double last = 1.0 / steps;
        double distance = (last - 1) / (steps - 1);
        sigmas[0] = 1;
        for (int i = 1; i < steps; i++) {
            sigmas[i] = (float) (i * distance + 1);
        }
        sigmas[steps - 1] = (float) last;
        return sigmas;
    }

    public int steps() {
        return sigmas.length - 1;
    }

    /** The noise level before step {@code index}; for {@code index} = {@link #steps()} the one after the last step. */
    public float sigma(int index) {
        return sigmas[index];
    }

    /** The noise level before step {@code index} in the model's unit, 0 to 1000. */
    public float timestep(int index) {
        if (index == steps()) {
            throw new IndexOutOfBoundsException("step " + index + " of " + steps());
        }
        return sigmas[index] * TRAIN_TIMESTEPS;
    }

    /** What step {@code index} adds to sigma; negative. */
    public float delta(int index) {
        return sigmas[index + 1] - sigmas[index];
    }

    /**
     * The first step of image to image: {@code strength} is the part of the steps that is run, 1 for all. It starts from
     * sigma * noise + (1 - sigma) * picture.
     */
    public int firstStep(double strength) {
        if (!(strength >= 0 && strength <= 1)) {
            throw new InputException("strength " + strength + ": choose a number from 0 to 1");
        }
        int steps = steps();
        int first = (int) Math.max(steps - Math.min(steps * strength, steps), 0);
        if (first == steps) {
            throw new InputException("strength " + strength + " leaves none of " + steps + " steps: choose more");
        }
        return first;
    }

    /** The schedule without its first {@code first} steps. */
    public FlowMatchSchedule from(int first) {
        if (first < 0 || first >= steps()) {
            throw new InputException("cannot skip " + first + " of " + steps() + " steps: at least one must remain");
        }
        return new FlowMatchSchedule(Arrays.copyOfRange(sigmas, first, sigmas.length));
    }

    @Override
    public String toString() {
        return "FlowMatchSchedule" + Arrays.toString(sigmas);
    }
}
