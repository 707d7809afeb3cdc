package io.mural;

import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.Onlooker;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Tells a listener what the pipelines say, with the number of the picture and the pace of its steps. */
final class Events implements io.mural.model.pipeline.Progress, Onlooker {
    private final Consumer<Progress> listener;
    private final int pictures;
    private final Set<String> noted = new HashSet<>();
    private int picture = 1;
    private Pace pace;
    private Forecast forecast;
    private Recipe recipe;
    private long start;

    Events(Consumer<Progress> listener, int pictures) {
        this.listener = listener;
        this.pictures = pictures;
    }

    void tell(Progress event) {
        listener.accept(event);
    }

    void warn(String text) {
        tell(new Progress.Warning(text));
    }

    void begin(int number, Recipe of, Plan plan) {
        picture = number;
        forecast = new Forecast(plan);
        recipe = of;
        start = System.nanoTime();
        tell(new Progress.Begun(picture, pictures, recipe));
    }

    void done(Optional<Path> path) {
        tell(new Progress.Done(picture, pictures, path, recipe.seed(), (System.nanoTime() - start) / 1e9));
    }

    @Override
    public void level(int number, int levels, int width, int height, int windows) {
        forecast.level(number);
        tell(new Progress.Level(picture, number, levels, width, height, windows));
    }

    @Override
    public void stage(Stage stage, int steps) {
        pace = new Pace(stage, steps, System.nanoTime());
        tell(new Progress.StageBegun(picture, stage, steps));
    }

    @Override
    public void step(int done) {
        long now = System.nanoTime();
        pace.step(done, now);
        tell(new Progress.Step(
                picture,
                pace.stage(),
                done,
                pace.steps(),
                pace.secondsPerStep().orElseThrow(),
                pace.secondsLeft(now).orElseThrow(),
                forecast.secondsLeft(pace, now)));
    }

    @Override
    public void unit(String name) {
        if (pace != null) {
            tell(new Progress.Unit(picture, pace.stage(), name));
        }
    }

    /** Each line once: a device decides the same in every stage. */
    @Override
    public void note(String line) {
        if (noted.add(line)) {
            tell(new Progress.Note(line));
        }
    }

    /** As {@link #note}, how the device came to it. */
    void detail(String line) {
        if (noted.add(line)) {
            tell(new Progress.Detail(line));
        }
    }

    @Override
    public void finished(int level, Supplier<RgbImage> image) {
        tell(new Progress.LevelDone(picture, level, image));
    }

    @Override
    public void step(int level, int step, Supplier<RgbImage> preview) {
        tell(new Progress.Preview(picture, level, step, preview));
    }
}
