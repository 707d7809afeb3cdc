package io.mural.train.flow;

import java.util.SplittableRandom;

/**
 * The random numbers of a run. Each micro-step has a generator of its own, from the run's seed and its number: no state
 * lives from one to the next, so that a run that goes on is the run that never stopped.
 */
public final class Draws {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long seed;
    private final int pictures;
    private final double captionDropout;

    /**
     * What one sample is made with.
     *
     * @param picture its number
     * @param choice which of its captions, to be taken modulo their number
     * @param dropped whether the caption is left away
     * @param latentSeed of the noise with which latents are drawn from the autoencoder's distribution
     * @param normal for the noise level
     * @param uniform for the noise level
     * @param noiseSeed of the noise that the transformer is to tell from the picture
     */
    public record Draw(
            int picture, int choice, boolean dropped, long latentSeed, double normal, double uniform, long noiseSeed) {}

    public Draws(long seed, int pictures, double captionDropout) {
        this.seed = seed;
        this.pictures = pictures;
        this.captionDropout = captionDropout;
    }

    /** Splitmix64 of a seed and a number. */
    static long mix(long seed, long number) {
        long z = seed + (number + 1) * GOLDEN;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /** @param microStep counted from 0 over the whole run */
    public Draw of(long microStep) {
        var random = new SplittableRandom(mix(seed, microStep));
        long epoch = microStep / pictures;
        int place = (int) (microStep % pictures);
        return new Draw(
                permutation(epoch)[place],
                random.nextInt(Integer.MAX_VALUE),
                random.nextDouble() < captionDropout,
                random.nextLong(),
                random.nextGaussian(),
                Math.clamp(random.nextDouble(), 1e-6, 1 - 1e-6),
                random.nextLong());
    }

    /** The order of the pictures in an epoch. */
    private int[] permutation(long epoch) {
        var random = new SplittableRandom(mix(seed, -1 - epoch));
        var order = new int[pictures];
        for (int i = 0; i < pictures; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
