package io.mural.train.flow;

/** What a sample's loss counts, by its noise level (arXiv 2403.03206, as diffusers' SD3 training). */
public enum LossWeight {
    NONE,
    /** {@code 1 / t^2} */
    SIGMA_SQRT,
    /** {@code 2 / (pi (1 - 2 t + 2 t^2))} */
    COSMAP;

    public double of(double t) {
        return switch (this) {
            case NONE -> 1;
            case SIGMA_SQRT -> 1 / (t * t);
            case COSMAP -> 2 / (Math.PI * (1 - 2 * t + 2 * t * t));
        };
    }
}
