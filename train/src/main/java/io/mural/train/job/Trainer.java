package io.mural.train.job;

import io.mural.tensor.InputException;
import io.mural.tensor.TapeOps;
import io.mural.train.data.Samples;
import io.mural.train.flow.Draws;
import io.mural.train.flow.Timesteps;
import io.mural.train.optimize.Clipping;
import io.mural.train.optimize.Ema;
import io.mural.train.optimize.Optimizer;
import io.mural.train.optimize.Parameter;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.LongConsumer;

/** The steps of a run: samples, gradients, the optimiser, and in between states and validation. */
final class Trainer {
    /** So many steps without a finite loss in a row end a run. */
    private static final int MOST_BAD = 3;

    private final TrainingSettings settings;
    private final Passes passes;
    private final Samples samples;
    private final Timesteps timesteps;
    private final TapeOps ops;
    private final List<Parameter> parameters;
    private final Optimizer optimizer;
    private final Ema ema;
    private final Draws draws;
    private long completed;

    Trainer(
            TrainingSettings settings,
            Passes passes,
            Samples samples,
            Timesteps timesteps,
            TapeOps ops,
            List<Parameter> parameters) {
        this.settings = settings;
        this.passes = passes;
        this.samples = samples;
        this.timesteps = timesteps;
        this.ops = ops;
        this.parameters = parameters;
        this.optimizer = settings.rate().optimizer();
        this.ema = new Ema(settings.ema(), true);
        this.draws =
                new Draws(settings.seed(), samples.count(), settings.noise().captionDropout());
    }

    Optimizer optimizer() {
        return optimizer;
    }

    Ema ema() {
        return ema;
    }

    /**
     * Runs the steps after {@code done}.
     *
     * @param validation samples to judge by
     * @param save told after which step the state is to be written
     */
    void run(long done, Validation validation, TrainingLog log, Report report, LongConsumer save) {
        completed = done;
        try {
            steps(done, validation, log, report, save);
        } catch (CancellationException e) {
            save.accept(completed);
            throw e;
        } catch (InputException e) {
            if (!(e.getCause() instanceof ClosedByInterruptException)) {
                throw e;
            }
            // The interrupt fell into the reading or writing of a file; the flag would fail the next file too.
            Thread.interrupted();
            save.accept(completed);
            throw new CancellationException("cancelled between two steps");
        }
    }

    private void steps(long done, Validation validation, TrainingLog log, Report report, LongConsumer save) {
        if (done == 0) {
            validate(0, validation, log, report);
        }
        int bad = 0;
        for (long number = done; number < settings.steps(); number++) {
            var step = step(number);
            completed = number + 1;
            if (Double.isFinite(step.loss()) && Double.isFinite(step.norm())) {
                bad = 0;
                log.step(step);
                report.step(step, settings.steps());
            } else {
                bad++;
                report.note("step " + step.number() + " is left out: its loss or gradient is not finite");
                if (bad == MOST_BAD) {
                    save.accept(number - MOST_BAD + 1);
                    throw new InputException("the loss is not a number in " + MOST_BAD + " steps in a row; the state"
                            + " before them is saved; lower the learning rate");
                }
            }
            boolean last = number + 1 == settings.steps();
            if (last || (number + 1) % settings.intervals().validate() == 0) {
                validate(number + 1, validation, log, report);
            }
            if (last || (number + 1) % settings.intervals().save() == 0) {
                save.accept(number + 1);
                report.saved(number + 1);
            }
        }
    }

    private void validate(long step, Validation validation, TrainingLog log, Report report) {
        double loss = validation.loss(ops, passes);
        log.validation(step, loss);
        report.validation(step, loss);
    }

    /** @param number of steps done before */
    private Step step(long number) {
        long start = System.nanoTime();
        ops.zeroGradients();
        int count = settings.samples();
        double loss = 0;
        double levels = 0;
        for (int i = 0; i < count; i++) {
            var draw = draws.of(number * count + i);
            double t = timesteps.of(draw.normal(), draw.uniform());
            loss += passes.train(ops, samples, draw, t, count) / count;
            levels += t / count;
        }
        var gradients = parameters.stream().map(Parameter::gradient).toList();
        double norm = Clipping.clip(gradients, settings.clip());
        double factor = settings.rate()
                .schedule()
                .factor(number, settings.steps(), settings.rate().warmUp());
        if (Double.isFinite(loss) && Double.isFinite(norm)) {
            optimizer.step(parameters, factor);
            if (settings.ema() > 0) {
                ema.update(parameters);
            }
        }
        return new Step(
                number + 1,
                loss,
                norm,
                optimizer.learningRate() * factor,
                optimizer.distance(),
                levels,
                (System.nanoTime() - start) / 1e9);
    }
}
