package io.mural.bench;

import io.mural.model.family.PictureModel;
import io.mural.model.pipeline.PicturePipeline;
import io.mural.model.pipeline.Progress;
import io.mural.model.request.GenerationRequest;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.VectorOps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private static final class Clock implements Progress {
        private final Map<Stage, Long> begins = new EnumMap<>(Stage.class);
        private final List<Long> steps = new ArrayList<>();
        private Stage stage = Stage.TEXT;
        private long end;

        @Override
        public void stage(Stage next, int count) {
            stage = next;
            begins.put(next, System.nanoTime());
        }

        @Override
        public void step(int done) {
            end = System.nanoTime();
            if (stage == Stage.DENOISE) {
                steps.add(end);
            }
        }

        @Override
        public void unit(String name) {}

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
        try (var model = PictureModel.open(Path.of("models", "mural-nano"), Optional.empty(), List.of())) {
            for (int i = 0; i < count; i++) {
                var clock = new Clock();
                clocks.add(clock);
                var pipeline = new PicturePipeline(model, () -> new VectorOps(new Workspace(), threads));
                var request = request(model, i);
                pipeline.generate(
                        request, model.schedule(request.steps(), request.imageTokens()), VaeExtent.WHOLE, clock);
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

    private static GenerationRequest request(PictureModel model, int seed) {
        return request(model, seed, model.defaults().steps());
    }

    static GenerationRequest request(PictureModel model, int seed, int steps) {
        var defaults = model.defaults();
        return new GenerationRequest(
                "a sunset over purple mountains and a calm sea",
                defaults.negative(),
                defaults.trueCfg(),
                defaults.width(),
                defaults.height(),
                steps,
                seed,
                defaults.guidance(),
                defaults.textTokens(),
                Optional.empty(),
                Optional.empty());
    }

    private static void record(Results results, String run, int threads, String what, double[] seconds) {
        results.append(run, what, "mural", threads, "wall", Timing.of(seconds), Map.of());
    }
}
