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

    private Bounds() {}
}
