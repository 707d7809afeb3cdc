package io.mural.train.job;

import io.mural.tensor.TapeOps;
import io.mural.train.data.Samples;
import io.mural.train.flow.Draws;
import io.mural.train.flow.Timesteps;

/**
 * The mean loss over fixed samples, whose noise levels stand at the quantiles of those that are trained on. One step's
 * loss depends on the levels it drew; this is the number to watch.
 */
record Validation(Samples samples, Timesteps timesteps, long seed) {
    private static final int COUNT = 32;

    double loss(TapeOps ops, Passes passes) {
        var draws = new Draws(seed, samples.count(), 0);
        double sum = 0;
        for (int i = 0; i < COUNT; i++) {
            // Levels go in an order that has nothing to do with that of the pictures.
            double quantile = (i * 13 % COUNT + 0.5) / COUNT;
            double t = timesteps.of(normal(quantile), quantile);
            sum += passes.judge(ops, samples, draws.of(i), t);
        }
        return sum / COUNT;
    }

    /** The normal distribution's quantile, to 4.5e-4 (Abramowitz and Stegun 26.2.23). */
    private static double normal(double p) {
        double tail = Math.min(p, 1 - p);
        double t = Math.sqrt(-2 * Math.log(tail));
        double x =
                t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
        return p < 0.5 ? -x : x;
    }
}
