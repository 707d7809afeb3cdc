package io.mural.model.vae;

import io.mural.model.sampling.Latents;
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

    /** The most likely latents, packed to tokens [height / 2 x width / 2, channels x 4]. */
    public float[] mode() {
        return Latents.pack(mean, channels, height, width);
    }

    /** Latents drawn from it, packed as {@link #mode}; {@code dtype} is what they are drawn in. */
    public float[] sample(TorchRandom random, DType dtype) {
        var draws =
                Latents.packPlanes(random.noise(dtype, Shape.of(1, channels, height, width)), channels, height, width);
        var tokens = mode();
        var deviations = Latents.pack(logVariance, channels, height, width);
        for (int i = 0; i < tokens.length; i++) {
            float deviation = (float) Math.exp(0.5f * Math.clamp(deviations[i], LEAST, MOST));
            tokens[i] += deviation * draws[i];
        }
        return tokens;
    }
}
