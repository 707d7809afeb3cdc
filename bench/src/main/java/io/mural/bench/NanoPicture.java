package io.mural.bench;

import io.mural.model.family.PictureModel;
import io.mural.model.pipeline.HierarchicalPipeline;
import io.mural.model.pipeline.Journal;
import io.mural.model.pipeline.Onlooker;
import io.mural.model.pipeline.PicturePipeline;
import io.mural.model.pipeline.Progress;
import io.mural.model.plan.HierarchicalPlan;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.Pyramid;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.VectorOps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A whole picture by the embedded model, from prompt to pixels, its levels included. */
final class NanoPicture {
    private static final Path MODEL = Path.of("models", "mural-nano");
    private static final int STEPS_SHOWN = 2;

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
    private static final class Clock implements Progress {
        private final List<Double> steps = new ArrayList<>();
        private Stage stage = Stage.TEXT;
        private long last;
        private double decode;

        @Override
        public void stage(Stage next, int count) {
            stage = next;
            last = System.nanoTime();
            if (next == Stage.DENOISE) {
                steps.clear();
            }
        }

        @Override
        public void step(int done) {
            long now = System.nanoTime();
            double seconds = (now - last) / 1e9;
            last = now;
            switch (stage) {
                case DENOISE -> steps.add(seconds);
                case DECODE -> decode = seconds;
                case TEXT, ENCODE -> {}
            }
        }

        @Override
        public void unit(String name) {}
    }

    private Ops open() {
        var workspace = new Workspace();
        workspaces.add(workspace);
        return new VectorOps(workspace, threads);
    }

    void measure(Results results, String run) {
        ResidentMemory.reset();
        long start = System.nanoTime();
        try (var model = PictureModel.open(MODEL, Optional.empty(), List.of())) {
            var defaults = model.defaults();
            if (side <= defaults.width()) {
                new PicturePipeline(model, this::open).generate(request(model), clock);
            } else {
                levels(model, request(model));
            }
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

    private void levels(PictureModel model, GenerationRequest request) {
        var settings = model.hierarchicalSettings();
        var pyramid = Pyramid.of(
                request.grid(), model.nativeGrid().tokens(), settings.geometry().ratio());
        var guided = model.guided(
                new HierarchicalLora(model.hierarchicalLora().orElseThrow(), 1, HierarchicalLora.Scope.GUIDE));
        var plan = HierarchicalPlan.of(model, guided, request, settings, pyramid, Optional.empty(), 8L << 30);
        var pipeline = new HierarchicalPipeline(model, guided, this::open);
        var whole = new HierarchicalPipeline.Request(request, model.schedule(request.with(pyramid.base())), settings);
        var latents = pipeline.generate(whole, plan, Journal.NONE, Onlooker.NONE, clock);
        pipeline.decode(latents, plan, band -> {}, clock);
    }

    private GenerationRequest request(PictureModel model) {
        return GenerationRequest.of(
                "a sunset over purple mountains and a calm sea", model.defaults(), model.grid(side, side), 5);
    }
}
