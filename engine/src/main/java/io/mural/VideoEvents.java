package io.mural;

import io.mural.model.image.RgbImage;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Tells a listener what the stages of one clip say, with the pace of their steps. */
final class VideoEvents implements io.mural.model.pipeline.Progress {
    private static final int CLIP = 1;

    private final Consumer<Progress> listener;
    private final long start = System.nanoTime();
    private final Set<String> noted = new HashSet<>();
    private Pace pace;

    VideoEvents(Consumer<Progress> listener) {
        this.listener = listener;
    }

    void warn(String text) {
        listener.accept(new Progress.Warning(text));
    }

    void preview(int step, Supplier<RgbImage> image) {
        listener.accept(new Progress.Preview(CLIP, 0, step, image));
    }

    void done(Optional<Path> place, long seed) {
        listener.accept(new Progress.Done(CLIP, 1, place, seed, (System.nanoTime() - start) / 1e9));
    }

    @Override
    public void stage(Stage stage, int steps) {
        pace = new Pace(stage, steps, System.nanoTime());
        listener.accept(new Progress.StageBegun(CLIP, stage, steps));
    }

    @Override
    public void step(int done) {
        // A run that goes on where another stopped begins with steps that nobody waited for.
        if (done == 0) {
            return;
        }
        long now = System.nanoTime();
        pace.step(done, now);
        listener.accept(new Progress.Step(
                CLIP,
                pace.stage(),
                done,
                pace.steps(),
                pace.secondsPerStep().orElse(0),
                pace.secondsLeft(now).orElse(0),
                OptionalDouble.empty()));
    }

    @Override
    public void unit(String name) {
        if (pace != null) {
            listener.accept(new Progress.Unit(CLIP, pace.stage(), name));
        }
    }

    /** Each line once: a device decides the same in every stage. */
    @Override
    public void note(String line) {
        if (noted.add(line)) {
            listener.accept(new Progress.Note(line));
        }
    }
}
