package io.mural.model.pipeline;

import io.mural.model.family.WanModel;
import io.mural.model.image.FrameSink;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.Progress.Stage;
import io.mural.model.plan.VideoWeights;
import io.mural.model.request.ClipRequest;
import io.mural.model.sampling.Latents;
import io.mural.model.sampling.TorchRandom;
import io.mural.model.wan.TokenGrid;
import io.mural.model.wan.WanLatents;
import io.mural.model.wan.WanText;
import io.mural.tensor.DType;
import io.mural.tensor.Ops;
import io.mural.tensor.Rope;
import io.mural.tensor.Shape;
import io.mural.tensor.Tensor;
import io.mural.weights.stream.WeightStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Text to video, step by step as diffusers' {@code WanPipeline} does it, so that a seed gives the same clip. Each stage
 * opens its own operations and releases their memory before the next begins; the text encoder's files are closed when
 * the prompts are encoded.
 */
public final class VideoPipeline {
    private static final int RGB = 3;

    private final WanModel model;
    private final Supplier<Ops> device;
    private final VideoWeights weights;

    /**
     * @param device opens the operations of a stage
     * @param weights what of the model's files stays in memory
     */
    public VideoPipeline(WanModel model, Supplier<Ops> device, VideoWeights weights) {
        this.model = model;
        this.device = device;
        this.weights = weights;
    }

    /**
     * The text encoder's rows of the prompts, each [rows, width].
     *
     * @param negative only where it counts
     */
    public record Embeds(float[] positive, Optional<float[]> negative) {
        List<float[]> all() {
            var all = new ArrayList<float[]>();
            all.add(positive);
            negative.ifPresent(all::add);
            return all;
        }
    }

    /** Encodes the prompts and closes the text encoder. */
    public Embeds encode(ClipRequest request, Progress progress) {
        progress.stage(Stage.TEXT, request.guided() ? 2 : 1);
        try (var stream = new WeightStream(model.textBlocks(), weights.textMemory());
                var ops = device.get()) {
            follow(ops, stream, progress);
            var positive = model.encode(ops, request.prompt(), request.textTokens());
            progress.step(1);
            Optional<float[]> negative = Optional.empty();
            if (request.guided()) {
                negative = Optional.of(model.encode(ops, request.negative(), request.textTokens()));
                progress.step(2);
            }
            return new Embeds(positive, negative);
        } finally {
            model.closeTextEncoder();
        }
    }

    /** The noise that a request's seed gives, planes [channels, frames, height, width]. */
    public float[] noise(ClipRequest request) {
        var grid = request.grid();
        var shape = Shape.of(
                1, model.transformer().config().inChannels(), grid.frames(), 2 * grid.rows(), 2 * grid.columns());
        return new TorchRandom(request.seed()).noise(request.bf16Noise() ? DType.BF16 : DType.F32, shape);
    }

    /** What a step expects the finished clip to be. */
    public interface Expected {
        /**
         * @param step how many steps are made
         * @param clean planes [channels, frames, height, width], as the transformer works on them
         */
        void after(int step, Supplier<float[]> clean);
    }

    /**
     * Runs the steps.
     *
     * @return planes [channels, frames, height, width], as the transformer works on them
     */
    public float[] denoise(
            ClipRequest request, Embeds embeds, VideoJournal journal, Progress progress, Expected expected) {
        var sigmas = request.sigmas();
        progress.stage(Stage.DENOISE, sigmas.steps());
        var solver = request.solver().solver(sigmas);
        var start = journal.start(sigmas.steps());
        var latents = start.map(VideoJournal.Position::latents).orElseGet(() -> noise(request));
        int first = start.map(VideoJournal.Position::step).orElse(0);
        start.ifPresent(position -> solver.resume(first, position.memory()));
        if (first == sigmas.steps()) {
            return latents;
        }
        try (var stream = new WeightStream(model.transformerBlocks(), weights.transformerMemory());
                var ops = device.get()) {
            follow(ops, stream, progress);
            var evaluation = new Evaluation(ops, request, embeds);
            progress.step(first);
            for (int i = first; i < sigmas.steps(); i++) {
                var velocity = evaluation.velocity(latents, sigmas.timestep(i));
                var sample = latents;
                float sigma = sigmas.sigma(i);
                latents = solver.step(i, latents, velocity);
                Latents.requireFinite(latents, i + 1);
                journal.reached(new VideoJournal.Position(i + 1, latents, solver.memory()));
                expected.after(i + 1, () -> clean(sample, velocity, sigma));
                progress.step(i + 1);
            }
        }
        return latents;
    }

    private static float[] clean(float[] sample, float[] velocity, float sigma) {
        var clean = sample.clone();
        Latents.step(clean, velocity, -sigma);
        return clean;
    }

    /** The model for one clip, its prompts' keys and values made once. */
    private final class Evaluation {
        private final Ops ops;
        private final TokenGrid grid;
        private final double guidance;
        private final int channels;
        private final Rope rope;
        private final List<WanText> texts = new ArrayList<>();

        Evaluation(Ops ops, ClipRequest request, Embeds embeds) {
            this.ops = ops;
            grid = request.grid();
            guidance = request.guidance();
            var transformer = model.transformer();
            channels = transformer.config().inChannels();
            rope = transformer.positions(ops, grid);
            int width = transformer.config().textDim();
            for (var rows : embeds.all()) {
                texts.add(transformer.text(ops, ops.tensor(rows, request.textTokens(), width)));
            }
        }

        float[] velocity(float[] latents, double timestep) {
            var results = new ArrayList<float[]>();
            ops.unit("step", () -> {
                var tokens = ops.tensor(
                        WanLatents.pack(latents, channels, grid), grid.tokens(), WanLatents.PATCH * channels);
                for (var velocity : model.transformer().forward(ops, tokens, timestep, grid, rope, texts)) {
                    results.add(ops.read(velocity));
                }
            });
            var velocity = results.getFirst();
            if (results.size() == 2 && velocity.length > 0) {
                Latents.classifierFree(velocity, results.get(1), (float) guidance);
            }
            return velocity.length == 0 ? latents.clone() : WanLatents.unpack(velocity, channels, grid);
        }
    }

    /**
     * Turns latents into frames of 8 bits, in order.
     *
     * @param latents planes [channels, frames, height, width], as the transformer works on them
     * @param bands into how many bands of rows a frame is cut, to take less memory
     */
    public void decode(ClipRequest request, float[] latents, int bands, FrameSink sink, Progress progress) {
        progress.stage(Stage.DECODE, request.frames());
        var planes = latents.clone();
        model.vae().config().restore(planes);
        var collected = new Frames(request, bands, sink, progress::step);
        var grid = request.grid();
        try (var ops = open(progress)) {
            model.vae()
                    .decode(
                            ops,
                            planes,
                            grid.frames(),
                            2 * grid.rows(),
                            2 * grid.columns(),
                            bands,
                            (frame, top, rows) -> collected.add(ops, frame, top, rows));
        }
    }

    /**
     * The first frame of a clip.
     *
     * @param latents planes [channels, frames, height, width], as the transformer works on them
     */
    public void firstFrame(ClipRequest request, float[] latents, FrameSink sink) {
        var grid = request.grid();
        int area = 4 * grid.area();
        int channels = latents.length / grid.frames() / area;
        var planes = new float[channels * area];
        for (int c = 0; c < channels; c++) {
            System.arraycopy(latents, c * grid.frames() * area, planes, c * area, area);
        }
        model.vae().config().restore(planes);
        try (var ops = device.get()) {
            model.vae()
                    .decode(
                            ops,
                            planes,
                            1,
                            2 * grid.rows(),
                            2 * grid.columns(),
                            1,
                            (frame, top, rows) ->
                                    sink.frame(RgbImage.of(ops.read(rows), request.width(), request.height())));
        }
    }

    /** Frames that come whole go on at once; of those that come in bands, the last band completes each. */
    private static final class Frames {
        private final ClipRequest request;
        private final int bands;
        private final FrameSink sink;
        private final Consumer<Integer> done;
        private final byte[][] partial;

        Frames(ClipRequest request, int bands, FrameSink sink, Consumer<Integer> done) {
            this.request = request;
            this.bands = bands;
            this.sink = sink;
            this.done = done;
            partial = new byte[bands == 1 ? 0 : request.frames()][];
        }

        void add(Ops ops, int frame, int top, Tensor rows) {
            var values = ops.read(rows);
            int height = rows.shape().dim(0);
            if (values.length == 0) {
                return;
            }
            var band = RgbImage.of(values, request.width(), height);
            if (bands == 1) {
                sink.frame(band);
                done.accept(frame + 1);
                return;
            }
            if (top == 0) {
                partial[frame] = new byte[request.width() * request.height() * RGB];
            }
            System.arraycopy(band.rgb(), 0, partial[frame], top * request.width() * RGB, band.rgb().length);
            if (top + height == request.height()) {
                sink.frame(new RgbImage(request.width(), request.height(), partial[frame]));
                partial[frame] = null;
                done.accept(frame + 1);
            }
        }
    }

    private static void follow(Ops ops, WeightStream stream, Progress progress) {
        ops.onNotice(progress::note);
        ops.onUnit(name -> {
            stream.unit(name);
            progress.unit(name);
        });
    }

    private Ops open(Progress progress) {
        var ops = device.get();
        ops.onUnit(progress::unit);
        ops.onNotice(progress::note);
        return ops;
    }
}
