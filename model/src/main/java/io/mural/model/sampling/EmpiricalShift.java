package io.mural.model.sampling;

/**
 * FLUX.2's shift of the noise levels, fitted by its authors to pictures' sizes and numbers of steps (diffusers'
 * {@code compute_empirical_mu}): between the fits for 10 and for 200 steps on a line, beyond 4300 tokens the latter.
 */
public final class EmpiricalShift {
    private static final double SLOPE_10 = 8.73809524e-05;
    private static final double START_10 = 1.89833333;
    private static final double SLOPE_200 = 0.00016927;
    private static final double START_200 = 0.45666666;
    private static final int MOST_FITTED_TOKENS = 4300;

    private EmpiricalShift() {}

    /** mu of {@link FlowMatchSchedule#dynamic} for a picture of {@code imageTokens} tokens in {@code steps} steps. */
    public static double mu(int imageTokens, int steps) {
        double at200 = SLOPE_200 * imageTokens + START_200;
        if (imageTokens > MOST_FITTED_TOKENS) {
            return at200;
        }
        double at10 = SLOPE_10 * imageTokens + START_10;
        double slope = (at200 - at10) / 190;
        return slope * steps + at200 - 200 * slope;
    }
}
