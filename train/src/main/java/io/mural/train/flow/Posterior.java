package io.mural.train.flow;

/** The autoencoder's distribution of latents: drawing from it, and the gradients of the drawn ones. */
public final class Posterior {
    private Posterior() {}

    /** {@code mean + exp(logVariance / 2) noise} */
    public static float[] sample(float[] mean, float[] logVariance, float[] noise) {
        var z = new float[mean.length];
        for (int i = 0; i < z.length; i++) {
            z[i] = (float) (mean[i] + Math.exp(logVariance[i] / 2.0) * noise[i]);
        }
        return z;
    }

    /** The distance to the standard normal distribution (KL divergence), a mean over all elements. */
    public static double divergence(float[] mean, float[] logVariance) {
        double sum = 0;
        for (int i = 0; i < mean.length; i++) {
            sum += (double) mean[i] * mean[i] + Math.exp(logVariance[i]) - 1 - logVariance[i];
        }
        return sum / 2 / mean.length;
    }

    /** Gradients of mean and log-variance. */
    public record Gradients(float[] mean, float[] logVariance) {}

    /**
     * Of {@code loss(z) + weight * divergence}.
     *
     * @param dz gradient of the drawn latents
     */
    public static Gradients backward(float[] dz, float[] mean, float[] logVariance, float[] noise, double weight) {
        int n = mean.length;
        var dMean = new float[n];
        var dLogVariance = new float[n];
        for (int i = 0; i < n; i++) {
            dMean[i] = (float) (dz[i] + weight * mean[i] / n);
            dLogVariance[i] = (float) (dz[i] * noise[i] * Math.exp(logVariance[i] / 2.0) / 2
                    + weight * (Math.exp(logVariance[i]) - 1) / 2 / n);
        }
        return new Gradients(dMean, dLogVariance);
    }
}
