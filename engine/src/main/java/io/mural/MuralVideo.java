package io.mural;

import io.mural.engine.device.DeviceChoice;
import io.mural.engine.device.Memory;
import io.mural.engine.device.Speed;
import io.mural.model.family.WanModel;
import io.mural.model.family.WanSource;
import io.mural.model.image.FrameSink;
import io.mural.model.image.RgbImage;
import io.mural.model.image.video.Clip;
import io.mural.model.image.video.VideoFile;
import io.mural.model.pipeline.CheckpointFile;
import io.mural.model.pipeline.VideoCheckpoint;
import io.mural.model.pipeline.VideoJournal;
import io.mural.model.pipeline.VideoPipeline;
import io.mural.model.plan.VideoPlan;
import io.mural.model.plan.VideoWeights;
import io.mural.model.request.ClipRequest;
import io.mural.model.request.LoraFile;
import io.mural.model.request.VideoDefaults;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.text.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * An open video model on a device, which makes clips.
 *
 * <pre>{@code
 * try (var video = MuralVideo.builder().model(Path.of("Wan2.1-T2V-1.3B-Diffusers")).open()) {
 *     video.generate(VideoRequest.of("a cat walks through a meadow").build(), VideoSink.file(Path.of("cat.mp4")));
 * }
 * }</pre>
 *
 * <p>For one thread at a time, which is stopped, at the next unit of the model, by interrupting it.
 */
public final class MuralVideo implements AutoCloseable {
    private final WanSource source;
    private final List<LoraFile> loras;
    private final VideoAttention attention;
    private final DeviceChoice device;
    private final OptionalLong memory;
    private final WanModel model;
    private Speed speed; // null until it is measured

    private MuralVideo(Builder from, DeviceChoice device) {
        source = new WanSource(from.model, Optional.ofNullable(from.base), from.parts);
        loras = List.copyOf(from.loras);
        this.device = device;
        memory = from.memory;
        model = new WanModel(source, loras, from.attention.pattern(), WanModel.WanConfigs.NONE);
        attention = settled(from.attention);
    }

    private VideoAttention settled(VideoAttention asked) {
        boolean settled = false;
        try {
            var whole = asked.settled(model.isUltraGen());
            settled = true;
            return whole;
        } finally {
            if (!settled) {
                model.close();
            }
        }
    }

    /** For a model with more to say about it. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects how a model is opened; each method sets what its name says. */
    public static final class Builder {
        private Path model;
        private Path base;
        private final Map<Part, Path> parts = new EnumMap<>(Part.class);
        private final List<LoraFile> loras = new ArrayList<>();
        private VideoAttention attention = VideoAttention.OF_WEIGHTS;
        private DeviceChoice chosen; // null for the processor
        private OptionalLong memory = OptionalLong.empty();

        private Builder() {}

        /** A folder (of diffusers, of the authors, of ComfyUI), or a single file of the transformer. */
        public Builder model(Path folderOrFile) {
            model = folderOrFile;
            return this;
        }

        /** For a single file: the folder that has what the file lacks. */
        public Builder base(Path folder) {
            base = folder;
            return this;
        }

        /** A file of the umT5 text encoder, before what folders hold. */
        public Builder textEncoder(Path file) {
            parts.put(Part.UMT5, file);
            return this;
        }

        /** A file of the autoencoder, before what folders hold. */
        public Builder vae(Path file) {
            parts.put(Part.WAN_VAE, file);
            return this;
        }

        /** A LoRA, beside the weights; may be called several times. */
        public Builder lora(Path file, double scale) {
            loras.add(new LoraFile(file, scale, LoraFile.Mode.ADAPTER));
            return this;
        }

        /** How tokens attend to each other; as the weights have it where it is not set. */
        public Builder attention(VideoAttention pattern) {
            attention = pattern;
            return this;
        }

        /** Where to compute; the processor with all its threads where it is not set. */
        public Builder device(DeviceChoice choice) {
            chosen = choice;
            return this;
        }

        /** Bytes that activations and resident weights may take; else what the machine has free. */
        public Builder memory(long bytes) {
            memory = OptionalLong.of(bytes);
            return this;
        }

        public MuralVideo open() {
            if (model == null) {
                throw InputException.about("model", "no video model is named; give a folder or file as `model`");
            }
            var device = chosen != null
                    ? chosen
                    : DeviceChoice.of(
                            "cpu",
                            Runtime.getRuntime().availableProcessors(),
                            Optional.empty(),
                            Optional.empty(),
                            false);
            return new MuralVideo(this, device);
        }
    }

    /** What the model is asked for where a request says nothing. */
    public VideoDefaults defaults() {
        return model.defaults();
    }

    /** What a clip will take, without making it; a seed that nobody chose is drawn. */
    public VideoClipPlan plan(VideoRequest request) {
        return plan(request, event -> {});
    }

    /** As {@link #plan(VideoRequest)}; {@code progress} is told what had to be rounded. */
    public VideoClipPlan plan(VideoRequest request, Consumer<Progress> progress) {
        return plan(recipe(request, new VideoEvents(progress)));
    }

    private VideoRecipe recipe(VideoRequest request, VideoEvents events) {
        var defaults = model.defaults();
        var clip = new VideoResolver(defaults).clip(request, events::warn);
        int fps = request.fps().orElse(defaults.fps());
        if (fps < 1 || fps > Clip.MOST_FPS) {
            throw InputException.about("fps", "`fps` " + fps + ": choose 1 to " + Clip.MOST_FPS);
        }
        return new VideoRecipe(clip, fps, source, loras, attention, device.name(), device.precision());
    }

    private VideoClipPlan plan(VideoRecipe recipe) {
        long budget = memory.orElseGet(Memory::budget);
        var figures = VideoPlan.of(model, recipe.request(), budget);
        return new VideoClipPlan(recipe, figures, VideoWeights.of(model, figures, budget), this::speed);
    }

    private Speed speed() {
        if (speed == null) {
            speed = Speed.of(device.ops(), DType.BF16);
        }
        return speed;
    }

    /** A clip where it should go. */
    public VideoRecipe generate(VideoRequest request, VideoSink sink) {
        return generate(request, sink, event -> {});
    }

    /**
     * A clip where it should go.
     *
     * @param progress is told what happens, on this thread
     * @return what it was made from
     */
    public VideoRecipe generate(VideoRequest request, VideoSink sink, Consumer<Progress> progress) {
        if (sink instanceof VideoSink.File file) {
            VideoFile.check(file.path());
            WholeFile.check(checkpoint(file));
        }
        var events = new VideoEvents(progress);
        var notes = model.applyLoras();
        var plan = plan(recipe(request, events));
        plan.stages().requireFit(memory.orElseGet(Memory::budget));
        notes.forEach(events::warn);
        plan.lines().forEach(events::note);
        var clip = plan.recipe().request();
        if (model.tokenizer().encode(clip.prompt(), clip.textTokens()).truncated()) {
            events.warn("the prompt has more than " + clip.textTokens() + " tokens; the rest is left out");
        }
        make(plan, sink, events);
        var place = sink instanceof VideoSink.File file ? Optional.of(file.path()) : Optional.<Path>empty();
        events.done(place, clip.seed());
        return plan.recipe();
    }

    private void make(VideoClipPlan plan, VideoSink sink, VideoEvents events) {
        var recipe = plan.recipe();
        var clip = recipe.request();
        var journal = journal(recipe, sink);
        var pipeline = new VideoPipeline(model, device.ops(), plan.weights());
        var embeds = pipeline.encode(clip, events);
        var latents = pipeline.denoise(
                clip,
                embeds,
                journal,
                events,
                (step, clean) -> events.preview(step, () -> first(pipeline, clip, clean)));
        write(
                recipe,
                sink,
                frames -> pipeline.decode(clip, latents, plan.stages().bands(), frames, events));
        if (journal instanceof VideoCheckpoint checkpoint) {
            checkpoint.finished();
        }
    }

    /** The first frame as it is expected to become. */
    private static RgbImage first(VideoPipeline pipeline, ClipRequest clip, Supplier<float[]> clean) {
        var frames = new ArrayList<RgbImage>();
        pipeline.firstFrame(clip, clean.get(), frames::add);
        return frames.getFirst();
    }

    private static Path checkpoint(VideoSink.File file) {
        return CheckpointFile.beside(file.path().toAbsolutePath().normalize());
    }

    private VideoJournal journal(VideoRecipe recipe, VideoSink sink) {
        if (!(sink instanceof VideoSink.File file)) {
            return VideoJournal.NONE;
        }
        var identity = recipe.identity(model.fingerprint());
        int size = recipe.request().grid().tokens()
                * 4
                * model.transformer().config().inChannels();
        return file.resumed()
                ? VideoCheckpoint.resume(checkpoint(file), identity, size)
                : VideoCheckpoint.fresh(checkpoint(file), identity);
    }

    private static void write(VideoRecipe recipe, VideoSink sink, Consumer<FrameSink> frames) {
        var request = recipe.request();
        var clip = new Clip(
                request.width(),
                request.height(),
                request.frames(),
                recipe.fps(),
                Map.of(
                        VideoRecipe.KEYWORD,
                        recipe.toJson(
                                sink instanceof VideoSink.File file ? Optional.of(file.path()) : Optional.empty())));
        switch (sink) {
            case VideoSink.File file -> VideoFile.write(file.path(), clip, frames);
            case VideoSink.Frames taker -> frames.accept(taker.frames());
            case VideoSink.Stream stream -> {
                try {
                    VideoFile.stream(stream.out(), clip, frames);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    /** Closes the model's files. */
    @Override
    public void close() {
        model.close();
    }
}
