package io.mural.bench;

import io.mural.Mural;
import io.mural.Progress;
import io.mural.Request;
import io.mural.Sink;
import io.mural.engine.device.DeviceChoice;
import io.mural.model.pipeline.Progress.Stage;
import io.mural.tensor.Ops;
import io.mural.tensor.Precision;
import io.mural.tensor.WeightStorage;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.VectorOps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A whole picture by the embedded model, from prompt to pixels, its levels included. */
final class NanoPicture {
    private static final Path MODEL = Path.of("models", "mural-nano");
    private static final int STEPS_SHOWN = 2;
    private static final long MEMORY = 8L << 30;

    private final int side;
    private final int threads;
    private final List<Workspace> workspaces = new ArrayList<>();
    private final Clock clock = new Clock();

    /** @param side pixels */
    NanoPicture(int side, int threads) {
        this.side = side;
        this.threads = threads;
    }

    /** Times of the last level. */
    private static final class Clock implements Consumer<Progress> {
        private final List<Double> steps = new ArrayList<>();
        private long last;
        private double decode;

        @Override
        public void accept(Progress event) {
            if (event instanceof Progress.StageBegun begun) {
                last = System.nanoTime();
                if (begun.stage() == Stage.DENOISE) {
                    steps.clear();
                }
            } else if (event instanceof Progress.Step step) {
                long now = System.nanoTime();
                double seconds = (now - last) / 1e9;
                last = now;
                switch (step.stage()) {
                    case DENOISE -> steps.add(seconds);
                    case DECODE -> decode = seconds;
                    case TEXT, ENCODE -> {}
                }
            }
        }
    }

    private Ops open() {
        var workspace = new Workspace();
        workspaces.add(workspace);
        return new VectorOps(workspace, threads);
    }

    void measure(Results results, String run) {
        ResidentMemory.reset();
        long start = System.nanoTime();
        var device = new DeviceChoice(
                "cpu", threads, Optional.empty(), Precision.F32, WeightStorage.USUAL, 0, false, this::open);
        try (var mural =
                Mural.builder().model(MODEL).device(device).memory(MEMORY).open()) {
            var request = Request.of("a sunset over purple mountains and a calm sea")
                    .size(side, side)
                    .seed(5)
                    .build();
            mural.generate(request, Sink.memory(), clock);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        // The first step of a level makes the guide.
        var steps = clock.steps.subList(Math.min(STEPS_SHOWN - 1, clock.steps.size() - 1), clock.steps.size());
        var timing = Timing.of(steps.stream().mapToDouble(Double::doubleValue).toArray());
        long bytes =
                workspaces.stream().mapToLong(Workspace::reservedBytes).max().orElse(0);
        Map<String, Object> more = new LinkedHashMap<>();
        more.put("pixels", side);
        more.put("picture_s", seconds);
        more.put("decode_s", clock.decode);
        more.put("workspace_bytes", bytes);
        ResidentMemory.peak().ifPresent(resident -> more.put("resident_bytes", resident));
        results.append(run, "picture:nano:" + side, "mural", threads, "wall", timing, more);
        System.out.printf(
                Locale.ROOT,
                "picture by the embedded model, %d x %d pixels: %.2f s, a step %.3f s, decoding %.2f s, %d MiB%n",
                side,
                side,
                seconds,
                timing.median(),
                clock.decode,
                bytes >> 20);
    }
}
