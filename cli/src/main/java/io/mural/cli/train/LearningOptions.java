package io.mural.cli.train;

import io.mural.cli.console.BadUsage;
import io.mural.train.flow.LossWeight;
import io.mural.train.job.Kind;
import io.mural.train.job.TrainingSettings;
import io.mural.train.job.TrainingSettings.Intervals;
import io.mural.train.job.TrainingSettings.Method;
import io.mural.train.job.TrainingSettings.Noise;
import io.mural.train.job.TrainingSettings.Rate;
import io.mural.train.optimize.LrSchedule;
import picocli.CommandLine.Option;

/** The options that say how weights are changed; what is not said comes from the job. */
final class LearningOptions {
    private static final long EVERY = 250;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of the optimiser.")
    private Long steps;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of all random numbers. Default: 0.")
    private long seed;

    @Option(names = "--optimizer", paramLabel = "adamw|prodigy", description = "Default: adamw; for guide prodigy.")
    private Method method;

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            description = "Learning rate. Default: 1e-4; for full 3e-4; with prodigy 1.")
    private Double learningRate;

    @Option(names = "--weight-decay", paramLabel = "SHARE", description = "Default: 0.01.")
    private double weightDecay = 0.01;

    @Option(names = "--d0", paramLabel = "D", description = "What Prodigy's distance begins with. Default: 1e-6.")
    private Double d0;

    @Option(
            names = "--schedule",
            paramLabel = "constant|linear|cosine",
            description = "Of the learning rate. Default: constant; for full cosine.")
    private LrSchedule schedule;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            description = "Steps over which the learning rate rises. Default: 20; for guide 0, for full 200.")
    private Long warmUp;

    @Option(names = "--batch", paramLabel = "N", description = "Samples at once. Default: 1; for full 32.")
    private Integer batch;

    @Option(names = "--accumulate", paramLabel = "N", description = "Batches of a step. Default: 1; for guide 4.")
    private Integer accumulate;

    @Option(names = "--clip", paramLabel = "NORM", description = "Longest gradient. Default: 1; for guide 0.1.")
    private Double clip;

    @Option(
            names = "--timesteps",
            paramLabel = "HOW",
            description = "Noise levels: uniform, sigmoid, logit-normal:MEAN,STD, shift:S, mode:SCALE or model."
                    + " Default: model; for guide sigmoid.")
    private String timesteps;

    @Option(
            names = "--loss-weight",
            paramLabel = "none|sigma_sqrt|cosmap",
            description = "What a sample counts by its noise level. Default: none.")
    private LossWeight weight = LossWeight.NONE;

    @Option(
            names = "--guidance",
            paramLabel = "SCALE",
            description = "The distilled guidance scale that is fed, for models that take one. Default: 1.")
    private double guidance = 1;

    @Option(
            names = "--caption-dropout",
            paramLabel = "SHARE",
            description = "Share of samples without their caption. Default: 0.05; for guide and full 0.1.")
    private Double captionDropout;

    @Option(
            names = "--ema",
            paramLabel = "DECAY",
            description = "Averages weights over steps; 0 for none. Default: 0; for full 0.999.")
    private Double ema;

    @Option(
            names = "--save-every",
            paramLabel = "N",
            description = "Steps between two states and results. Default: 250.")
    private long saveEvery = EVERY;

    @Option(names = "--keep", paramLabel = "N", description = "Earlier LoRAs that stay, with their step. Default: 4.")
    private int keep = 4;

    @Option(
            names = "--validate-every",
            paramLabel = "N",
            description = "Steps between two validation losses. Default: 250.")
    private long validateEvery = EVERY;

    TrainingSettings settings(Kind kind) {
        if (steps == null) {
            throw new BadUsage("say how long, with --steps");
        }
        var chosen = method != null ? method : kind == Kind.GUIDE ? Method.PRODIGY : Method.ADAMW;
        if (d0 != null && chosen != Method.PRODIGY) {
            throw new BadUsage("--d0 has no effect without --optimizer prodigy");
        }
        boolean full = kind == Kind.FULL;
        boolean guide = kind == Kind.GUIDE;
        double usualRate = chosen == Method.PRODIGY ? 1 : full ? 3e-4 : 1e-4;
        var rate = new Rate(
                chosen,
                or(learningRate, usualRate),
                weightDecay,
                full ? 0.98 : 0.999,
                schedule != null ? schedule : full ? LrSchedule.COSINE : LrSchedule.CONSTANT,
                warmUp != null ? warmUp : full ? 200 : guide ? 0 : 20,
                or(d0, 1e-6));
        var noise = new Noise(
                timesteps != null ? timesteps : guide ? "sigmoid" : "model",
                weight,
                guidance,
                or(captionDropout, kind == Kind.STYLE ? 0.05 : 0.1));
        return new TrainingSettings(
                seed,
                steps,
                batch != null ? batch : full ? 32 : 1,
                accumulate != null ? accumulate : guide ? 4 : 1,
                or(clip, guide ? 0.1 : 1.0),
                rate,
                noise,
                or(ema, full ? 0.999 : 0.0),
                new Intervals(saveEvery, validateEvery, keep));
    }

    private static double or(Double value, double otherwise) {
        return value != null ? value : otherwise;
    }
}
