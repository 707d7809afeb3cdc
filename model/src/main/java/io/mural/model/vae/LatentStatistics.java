package io.mural.model.vae;

/**
 * Mean and deviation of every feature of a packed latent token: FLUX.2's autoencoder normalises its latents by the
 * running statistics of a batch norm instead of one scale and shift.
 *
 * @param mean [features]
 * @param deviation [features]
 */
public record LatentStatistics(float[] mean, float[] deviation) implements LatentScale {
    public LatentStatistics {
        if (mean.length != deviation.length) {
            throw new IllegalArgumentException(mean.length + " means but " + deviation.length + " deviations");
        }
    }

    /** {@code (x - mean) / deviation} */
    @Override
    public void normalise(float[] tokens) {
        for (int i = 0; i < tokens.length; i++) {
            int feature = i % mean.length;
            tokens[i] = (tokens[i] - mean[feature]) / deviation[feature];
        }
    }

    /** {@code x * deviation + mean} */
    @Override
    public void restore(float[] tokens) {
        for (int i = 0; i < tokens.length; i++) {
            int feature = i % mean.length;
            tokens[i] = tokens[i] * deviation[feature] + mean[feature];
        }
    }
}
