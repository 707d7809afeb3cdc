package io.mural;

import io.mural.engine.text.Words;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.Progress.Stage;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * What happens while pictures are made, one event after the other. {@link #event} and {@link #fields} are the words of
 * {@code --progress json} and of a server's events: docs/cli.md lists them.
 */
public sealed interface Progress {
    /** The event's name. */
    String event();

    /** What it says, in order: numbers, texts. */
    Map<String, Object> fields();

    /**
     * What will be made, before any work.
     *
     * @param pictures how many alike but for prompt and seed
     * @param seed of the first
     * @param memoryBytes the most that the process will take beside the weights
     * @param weightBytes of the mapped files of weights
     * @param residentBytes of those, what stays in memory
     */
    record Planned(
            String model,
            int pictures,
            int width,
            int height,
            int steps,
            long seed,
            String device,
            int threads,
            long memoryBytes,
            long weightBytes,
            long residentBytes)
            implements Progress {
        @Override
        public String event() {
            return "plan";
        }

        @Override
        public Map<String, Object> fields() {
            return object(
                    "model",
                    model,
                    "pictures",
                    pictures,
                    "width",
                    width,
                    "height",
                    height,
                    "steps",
                    steps,
                    "seed",
                    unsigned(seed),
                    "device",
                    device,
                    "threads",
                    threads,
                    "memory_bytes",
                    memoryBytes,
                    "weight_bytes",
                    weightBytes,
                    "resident_bytes",
                    residentBytes);
        }
    }

    /** Something the user should know that stops nothing; settings stand in backquotes. */
    record Warning(String text) implements Progress {
        @Override
        public String event() {
            return "warning";
        }

        @Override
        public Map<String, Object> fields() {
            return object("text", text);
        }
    }

    /** What is good to know about the work. */
    record Note(String text) implements Progress {
        @Override
        public String event() {
            return "note";
        }

        @Override
        public Map<String, Object> fields() {
            return object("text", text);
        }
    }

    /** How the device came to what a note says; for those who want to know more. */
    record Detail(String text) implements Progress {
        @Override
        public String event() {
            return "note";
        }

        @Override
        public Map<String, Object> fields() {
            return object("text", text);
        }
    }

    /**
     * A picture begins.
     *
     * @param picture its number of {@code pictures}, from 1 on
     */
    record Begun(int picture, int pictures, Recipe recipe) implements Progress {
        @Override
        public String event() {
            return "picture";
        }

        @Override
        public Map<String, Object> fields() {
            return object("picture", picture, "pictures", pictures, "seed", unsigned(recipe.seed()));
        }
    }

    /**
     * A level of a large picture begins; its stages follow.
     *
     * @param level from 1 on; the base is the first
     * @param windows windows of tokens it is made of, 1 for the base
     */
    record Level(int picture, int level, int levels, int width, int height, int windows) implements Progress {
        @Override
        public String event() {
            return "level";
        }

        @Override
        public Map<String, Object> fields() {
            return object(
                    "picture", picture, "level", level, "levels", levels, "width", width, "height", height, "windows",
                    windows);
        }
    }

    /** A stage of {@code steps} steps begins. */
    record StageBegun(int picture, Stage stage, int steps) implements Progress {
        @Override
        public String event() {
            return "stage";
        }

        @Override
        public Map<String, Object> fields() {
            return object("picture", picture, "stage", Words.of(stage), "steps", steps);
        }
    }

    /**
     * A step of a stage is over.
     *
     * @param secondsPerStep mean of the latest
     * @param secondsLeft to the end of the stage
     * @param pictureSecondsLeft to the end of the picture, at the speed of the latest steps; empty before the first step
     *     of denoising has ended
     */
    record Step(
            int picture,
            Stage stage,
            int step,
            int steps,
            double secondsPerStep,
            double secondsLeft,
            OptionalDouble pictureSecondsLeft)
            implements Progress {
        @Override
        public String event() {
            return "step";
        }

        @Override
        public Map<String, Object> fields() {
            var fields = object(
                    "picture",
                    picture,
                    "stage",
                    Words.of(stage),
                    "step",
                    step,
                    "steps",
                    steps,
                    "seconds_per_step",
                    millis(secondsPerStep),
                    "seconds_left",
                    millis(secondsLeft));
            pictureSecondsLeft.ifPresent(left -> fields.put("picture_seconds_left", millis(left)));
            return fields;
        }
    }

    /** A unit of the model begins: a transformer block, a level of the autoencoder. */
    record Unit(int picture, Stage stage, String unit) implements Progress {
        @Override
        public String event() {
            return "unit";
        }

        @Override
        public Map<String, Object> fields() {
            return object("picture", picture, "stage", Words.of(stage), "unit", unit);
        }
    }

    /**
     * A small picture of what a denoising step expects.
     *
     * @param level of a large picture, counted from 0 for the base; 0 where there are no levels
     * @param step of the level
     * @param image makes it; call it before the listener returns, or not at all
     */
    record Preview(int picture, int level, int step, Supplier<RgbImage> image) implements Progress {
        @Override
        public String event() {
            return "preview";
        }

        @Override
        public Map<String, Object> fields() {
            return object("picture", picture, "level", level, "step", step);
        }
    }

    /**
     * The base or a level other than the last of a large picture is finished.
     *
     * @param level from 0 on, the base
     * @param image makes it; call it before the listener returns, or not at all
     */
    record LevelDone(int picture, int level, Supplier<RgbImage> image) implements Progress {
        @Override
        public String event() {
            return "level-done";
        }

        @Override
        public Map<String, Object> fields() {
            return object("picture", picture, "level", level + 1);
        }
    }

    /**
     * A picture is finished and where it should be.
     *
     * @param path of its file, where it went to one
     * @param seconds it took
     */
    record Done(int picture, int pictures, Optional<Path> path, long seed, double seconds) implements Progress {
        @Override
        public String event() {
            return "done";
        }

        @Override
        public Map<String, Object> fields() {
            return object(
                    "picture",
                    picture,
                    "pictures",
                    pictures,
                    "path",
                    path.map(Path::toString).orElse(null),
                    "seed",
                    unsigned(seed),
                    "seconds",
                    millis(seconds));
        }
    }

    private static double millis(double seconds) {
        return Math.round(seconds * 1000) / 1000.0;
    }

    private static Map<String, Object> object(Object... keysAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            object.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return object;
    }

    /** A seed's 64 bits as the number they stand for. */
    private static BigInteger unsigned(long seed) {
        return new BigInteger(Long.toUnsignedString(seed));
    }
}
