package io.mural.model.vae;

import io.mural.model.sampling.TorchRandom;
import io.mural.tensor.DType;
import io.mural.tensor.Shape;

/**
 * What the encoder says of a picture: a normal distribution for every latent value (arXiv 1312.6114).
 *
 * @param mean raw latents [height, width, channels]
 * @param logVariance as {@code mean}
 */
public record Posterior(int height, int width, int channels, float[] mean, float[] logVariance) {
    /** Bounds of the logarithm, as diffusers has them. */
    private static final float LEAST = -30;

    private static final float MOST = 20;

    /** @param moments mean and log-variance side by side, [height, width, 2 x channels] */
    static Posterior of(float[] moments, int height, int width, int channels) {
        int count = height * width;
        var mean = new float[count * channels];
        var logVariance = new float[count * channels];
        for (int i = 0; i < count; i++) {
            System.arraycopy(moments, 2 * i * channels, mean, i * channels, channels);
            System.arraycopy(moments, (2 * i + 1) * channels, logVariance, i * channels, channels);
        }
        return new Posterior(height, width, channels, mean, logVariance);
    }

    /** Latents drawn from it, as {@code mean}; {@code dtype} is what the random numbers are drawn in, plane by plane. */
    public float[] sample(TorchRandom random, DType dtype) {
        var planes = random.noise(dtype, Shape.of(1, channels, height, width));
        var latents = mean.clone();
        for (int i = 0; i < latents.length; i++) {
            float deviation = (float) Math.exp(0.5f * Math.clamp(logVariance[i], LEAST, MOST));
            latents[i] += deviation * planes[i % channels * height * width + i / channels];
        }
        return latents;
    }
}
