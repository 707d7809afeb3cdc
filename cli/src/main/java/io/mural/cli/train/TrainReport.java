package io.mural.cli.train;

import io.mural.cli.console.OneLine;
import io.mural.engine.text.Figures;
import io.mural.tensor.InputException;
import io.mural.train.job.Report;
import io.mural.train.job.Step;
import io.mural.train.job.TrainingPlan;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;

/** How a run goes, in lines on stderr: every few seconds a step, and every validation. */
final class TrainReport implements Report {
    private static final long LINE_NANOS = 5_000_000_000L;
    /** Steps that the mean of the loss looks back. */
    private static final double SPAN = 100;

    private final PrintWriter err;
    private final Optional<Previews> previews;
    private long lastLine;
    private long seen;
    private double mean;
    private double seconds;

    TrainReport(PrintWriter err, Optional<Previews> previews) {
        this.err = err;
        this.previews = previews;
    }

    @Override
    public void note(String line) {
        err.println(OneLine.of(line));
    }

    @Override
    public void step(Step step, long steps) {
        seen++;
        double share = 1 / Math.min(seen, SPAN);
        mean += share * (step.loss() - mean);
        seconds += share * (step.seconds() - seconds);
        long now = System.nanoTime();
        if (step.number() < steps && now - lastLine < LINE_NANOS) {
            return;
        }
        lastLine = now;
        var distance = step.distance().isPresent()
                ? String.format(Locale.ROOT, ", d %.1e", step.distance().getAsDouble())
                : "";
        err.println(String.format(
                Locale.ROOT,
                "step %d of %d: loss %.4f, mean %.4f, norm %.3f%s, %s a step, %s left",
                step.number(),
                steps,
                step.loss(),
                mean,
                step.norm(),
                distance,
                Figures.duration(seconds),
                Figures.clock(seconds * (steps - step.number()))));
    }

    @Override
    public void validation(long step, double loss) {
        err.println(String.format(Locale.ROOT, "step %d: validation loss %.4f", step, loss));
    }

    /** What has been learnt is worth more than pictures of it: one that cannot be made is told, and the run goes on. */
    @Override
    public void saved(long step) {
        previews.filter(each -> each.at(step)).ifPresent(each -> {
            try {
                note("step " + step + ": " + each.make(step) + (each.count() > 1 ? " to " + each.count() : ""));
            } catch (InputException e) {
                note("step " + step + ": no pictures: " + e.getMessage());
            }
        });
    }

    void plan(TrainingPlan plan) {
        err.println(String.format(
                Locale.ROOT,
                "a sample of %dx%d: %s, %s of activations and gradients",
                plan.width(),
                plan.height(),
                Figures.flop(plan.flop()),
                Figures.bytes(plan.bytes())));
        err.println(String.format(
                Locale.ROOT,
                "%s numbers are trained: %s with gradients and the optimiser's state; the model's files are %s",
                Figures.count(plan.numbers()),
                Figures.bytes(plan.stateBytes()),
                Figures.bytes(plan.modelBytes())));
        err.println(String.format(
                Locale.ROOT,
                "a step of %d samples takes about %s at the %.0f GFLOP/s measured just now",
                plan.samples(),
                Figures.duration(plan.seconds()),
                plan.rate() / 1e9));
        previews.map(Previews::plan)
                .ifPresent(picture -> err.println(String.format(
                        Locale.ROOT,
                        "a picture to look at, %dx%d, takes %s beside it, about %s",
                        picture.recipe().width(),
                        picture.recipe().height(),
                        Figures.bytes(picture.memoryBytes()),
                        Figures.clock(picture.seconds()))));
    }
}
