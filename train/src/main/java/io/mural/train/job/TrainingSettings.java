package io.mural.train.job;

import io.mural.tensor.InputException;
import io.mural.train.flow.LossWeight;
import io.mural.train.optimize.AdamW;
import io.mural.train.optimize.LrSchedule;
import io.mural.train.optimize.Optimizer;
import io.mural.train.optimize.Prodigy;

/**
 * How weights are trained.
 *
 * @param steps of the optimiser
 * @param batch samples of a step, times
 * @param accumulate
 * @param clip longest gradient, all weights together
 * @param ema what a step keeps of the average of weights; 0 for none
 */
public record TrainingSettings(
        long seed,
        long steps,
        int batch,
        int accumulate,
        double clip,
        Rate rate,
        Noise noise,
        double ema,
        Intervals intervals) {

    /** The optimisers. */
    public enum Method {
        ADAMW,
        PRODIGY
    }

    /**
     * @param warmUp steps over which the learning rate rises
     * @param d0 what Prodigy's distance begins with
     */
    public record Rate(
            Method method,
            double learningRate,
            double weightDecay,
            double beta2,
            LrSchedule schedule,
            long warmUp,
            double d0) {
        Optimizer optimizer() {
            return switch (method) {
                case ADAMW -> new AdamW(new AdamW.Settings(learningRate, 0.9, beta2, 1e-8, weightDecay));
                case PRODIGY -> {
                    var usual = Prodigy.Settings.DEFAULT;
                    yield new Prodigy(new Prodigy.Settings(
                            learningRate,
                            usual.beta1(),
                            beta2,
                            Math.sqrt(beta2),
                            usual.eps(),
                            weightDecay,
                            true,
                            true,
                            true,
                            d0,
                            1,
                            Double.POSITIVE_INFINITY));
                }
            };
        }
    }

    /**
     * @param timesteps as {@link io.mural.train.flow.Timesteps#of} reads it
     * @param guidance the distilled scale that is fed
     * @param captionDropout share of samples without their caption
     */
    public record Noise(String timesteps, LossWeight weight, double guidance, double captionDropout) {}

    /**
     * Steps between two.
     *
     * @param keep how many saved files stay beside the last
     */
    public record Intervals(long save, long validate, int keep) {}

    public TrainingSettings {
        require(steps >= 1, "steps", steps);
        require(batch >= 1, "batch", batch);
        require(accumulate >= 1, "accumulate", accumulate);
        require(clip > 0, "clip", clip);
        require(ema >= 0 && ema < 1, "ema", ema);
        require(rate.learningRate() > 0, "lr", rate.learningRate());
        require(rate.weightDecay() >= 0, "weight decay", rate.weightDecay());
        require(rate.warmUp() >= 0, "warmup", rate.warmUp());
        require(noise.captionDropout() >= 0 && noise.captionDropout() <= 1, "caption dropout", noise.captionDropout());
        require(
                intervals.save() >= 1 && intervals.validate() >= 1,
                "interval",
                Math.min(intervals.save(), intervals.validate()));
        require(intervals.keep() >= 0, "keep", intervals.keep());
    }

    private static void require(boolean holds, String what, double value) {
        if (!holds) {
            throw new InputException(what + " is " + value + ", which is out of range");
        }
    }

    int samples() {
        return Math.multiplyExact(batch, accumulate);
    }

    /** All that decides the weights after a step; how long the run is counts where the learning rate falls with it. */
    String identity() {
        return seed + " " + batch + " " + accumulate + " " + clip + " " + rate + " " + noise + " " + ema
                + (rate.schedule() == LrSchedule.CONSTANT ? "" : " " + steps);
    }
}
