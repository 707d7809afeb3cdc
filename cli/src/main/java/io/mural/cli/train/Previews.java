package io.mural.cli.train;

import io.mural.Mural;
import io.mural.Order;
import io.mural.Plan;
import io.mural.Request;
import io.mural.Sink;
import io.mural.engine.device.DeviceChoice;
import io.mural.tensor.InputException;
import io.mural.train.job.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Pictures of what a run has learnt: of the same prompts and seeds with each result that is saved. A guide, which serves
 * larger pictures alone, is tried on one level above the model's own size.
 */
final class Previews {
    private final io.mural.train.job.Request run;
    private final DeviceChoice device;
    private final List<String> prompts;
    private final long every;

    /** @param every steps between two, a multiple of those between two results */
    Previews(io.mural.train.job.Request run, DeviceChoice device, List<String> prompts, long every) {
        this.run = run;
        this.device = device;
        this.prompts = prompts;
        this.every = every;
    }

    /** Whether pictures belong to a step: the last one has some, too. */
    boolean at(long step) {
        return step % every == 0 || step == run.settings().steps();
    }

    /** The folder that the pictures of all steps are in. */
    Path folder() {
        return run.out().resolveSibling(run.out().getFileName() + ".samples");
    }

    /**
     * Makes the pictures of a step.
     *
     * @return the first of them
     */
    Path make(long step) {
        try {
            Files.createDirectories(folder());
        } catch (IOException e) {
            throw new InputException(folder() + ": the folder cannot be made", e);
        }
        List<Path> files = new ArrayList<>();
        List<Order> orders = new ArrayList<>();
        try (var mural = learnt()) {
            for (int i = 0; i < prompts.size(); i++) {
                files.add(folder().resolve(String.format(Locale.ROOT, "%06d-%d.png", step, i + 1)));
                var request = request(mural, i);
                orders.add(new Order(
                        run.kind() == Kind.GUIDE
                                ? request.hierarchicalLora(run.out()).build()
                                : request.build(),
                        Sink.png(files.getLast())));
            }
            mural.generate(orders, progress -> {});
        }
        return files.getFirst();
    }

    /** What one of them takes; of a model that has learnt nothing yet. */
    Plan plan() {
        try (var mural = model().open()) {
            return mural.plan(request(mural, 0).build());
        }
    }

    int count() {
        return prompts.size();
    }

    private Mural.Builder model() {
        var builder = Mural.builder().device(device).model(run.model().path());
        run.model().base().ifPresent(builder::base);
        return builder;
    }

    private Mural learnt() {
        return switch (run.kind()) {
            case STYLE -> model().lora(run.out(), 1).open();
            case GUIDE -> model().open();
            case FULL -> Mural.builder().device(device).model(run.out()).open();
        };
    }

    private Request.Builder request(Mural mural, int index) {
        var builder = Request.of(prompts.get(index)).seed(run.settings().seed() + index);
        run.pictures().sizes().geometry().ifPresent(geometry -> {
            var own = mural.defaults();
            builder.size(own.width() * geometry.ratio(), own.height() * geometry.ratio());
        });
        return builder;
    }
}
