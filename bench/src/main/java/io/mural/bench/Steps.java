package io.mural.bench;

import io.mural.Mural;
import io.mural.Progress;
import io.mural.Request;
import io.mural.Sink;
import io.mural.model.pipeline.Progress.Stage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Pictures of the embedded model as a user's first command makes them, in one JVM: the first meets a machine that has
 * compiled nothing yet, the later ones show what kernels take. Appends the times of the stages, and of a step, to
 * {@code bench/results/steps.jsonl}.
 *
 * <p>{@code Steps [COUNT [THREADS]]}
 */
public final class Steps {
    private Steps() {}

    /** When the stages and steps of one picture were over. */
    private static final class Clock implements Consumer<Progress> {
        private final Map<Stage, Long> begins = new EnumMap<>(Stage.class);
        private final List<Long> steps = new ArrayList<>();
        private long end;

        @Override
        public void accept(Progress event) {
            if (event instanceof Progress.StageBegun stage) {
                begins.put(stage.stage(), System.nanoTime());
            } else if (event instanceof Progress.Step step) {
                end = System.nanoTime();
                if (step.stage() == Stage.DENOISE) {
                    steps.add(end);
                }
            }
        }

        double seconds() {
            return (end - begins.get(Stage.TEXT)) / 1e9;
        }

        double decodeSeconds() {
            return (end - begins.get(Stage.DECODE)) / 1e9;
        }

        double[] stepSeconds() {
            return IntStream.range(0, steps.size())
                    .mapToDouble(i -> (steps.get(i)
                                    - (i == 0
                                            ? begins.get(Stage.DENOISE)
                                            : steps.get(i - 1).longValue()))
                            / 1e9)
                    .toArray();
        }
    }

    public static void main(String[] args) {
        int count = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        int threads = args.length > 1
                ? Integer.parseInt(args[1])
                : Runtime.getRuntime().availableProcessors();
        var clocks = new ArrayList<Clock>();
        try (var mural = Mural.builder()
                .model(Path.of("models", "mural-nano"))
                .threads(threads)
                .open()) {
            for (int i = 0; i < count; i++) {
                var clock = new Clock();
                clocks.add(clock);
                var request = Request.of("a sunset over purple mountains and a calm sea")
                        .seed(i)
                        .build();
                mural.generate(request, Sink.memory(), clock);
            }
        }
        var results = new Results(Path.of("bench", "results", "steps.jsonl"));
        var run = Results.newRun();
        var first = clocks.getFirst();
        record(results, run, threads, "first picture", new double[] {first.seconds()});
        record(results, run, threads, "first picture, a step", first.stepSeconds());
        var later = clocks.subList(1, count);
        if (!later.isEmpty()) {
            record(
                    results,
                    run,
                    threads,
                    "later picture",
                    later.stream().mapToDouble(Clock::seconds).toArray());
            var steps = later.stream().flatMapToDouble(clock -> java.util.Arrays.stream(clock.stepSeconds()));
            record(results, run, threads, "later picture, a step", steps.toArray());
            var decodes = later.stream().mapToDouble(Clock::decodeSeconds);
            record(results, run, threads, "later picture, decoding", decodes.toArray());
        }
        Table.print(results.read(), run);
    }

    private static void record(Results results, String run, int threads, String what, double[] seconds) {
        results.append(run, what, "mural", threads, "wall", Timing.of(seconds), Map.of());
    }
}
