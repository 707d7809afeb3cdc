package io.mural.model.parity;

/** What a component may differ from its reference, in float32 arithmetic; docs/numerics.md says why. */
final class Bounds {
    static final double COMPONENT = 1e-4;
    static final double VAE = 5e-4;
    /** Of the latents of a picture that is made from others; docs/editing.md says what was measured. */
    static final double LATENTS_OF_PICTURES = 1e-4;
    /** Of a clip's latents after all steps, each of which adds to the difference. */
    static final double LATENTS = 1e-3;
    /** torch's vectorised logarithm and cosine differ from the correctly rounded ones in the last bit. */
    static final double NOISE = 1e-6;
    /** Sigmas are float32 on both sides, in the same order of operations. */
    static final double SCHEDULE = 1e-6;

    /**
     * Rounded weights move a result of these models by up to three roundings, and twice that is let pass (docs/numerics.md), a LoRA, norms and softmax
     * included; a wrong place costs all of it.
     */
    private static final double ROUNDINGS = 8;

    /** A picture's steps amplify what a rounding of weights does to one evaluation. */
    private static final double AMPLIFIED = 22;

    private Bounds() {}

    /** {@code bound}, or what weights rounded by {@code unit} of their size may add. */
    static double error(double bound, double unit) {
        return Math.max(bound, ROUNDINGS * unit);
    }

    /** The same for pictures, in dB: at most {@code bound}. */
    static double psnr(double bound, double unit) {
        return unit == 0 ? bound : Math.min(bound, -20 * Math.log10(AMPLIFIED * unit / 2));
    }
}
