package io.mural.model.vae;

/** Between an autoencoder's raw latents, packed to tokens [tokens, features], and what a transformer works on. */
public sealed interface LatentScale permits ScaleAndShift, LatentStatistics {
    /** Raw latents to what the transformer works on, in place. */
    void normalise(float[] tokens);

    /** The way back, in place. */
    void restore(float[] tokens);
}
