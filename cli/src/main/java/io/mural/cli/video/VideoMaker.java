package io.mural.cli.video;

import io.mural.Progress;
import io.mural.cli.console.BadUsage;
import io.mural.cli.progress.Report;
import io.mural.engine.device.DeviceChoice;
import io.mural.engine.device.Memory;
import io.mural.engine.device.Speed;
import io.mural.engine.text.Figures;
import io.mural.engine.text.RelativePath;
import io.mural.model.family.WanModel;
import io.mural.model.image.FrameSink;
import io.mural.model.image.PngFile;
import io.mural.model.image.video.Clip;
import io.mural.model.image.video.VideoFile;
import io.mural.model.pipeline.CheckpointFile;
import io.mural.model.pipeline.VideoCheckpoint;
import io.mural.model.pipeline.VideoJournal;
import io.mural.model.pipeline.VideoPipeline;
import io.mural.model.plan.VideoPlan;
import io.mural.model.request.VideoRequest;
import io.mural.tensor.DType;
import io.mural.weights.text.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Makes one clip: plans it, runs its stages, writes its file. */
final class VideoMaker {
    /** Half a minute of a fast processor. */
    private static final double LONG = 5e12;

    private final WanModel model;
    private final VideoOptions options;
    private final DeviceChoice device;
    private final Report report;
    private final PrintWriter out;
    private final VideoProgress progress;
    private final VideoPipeline pipeline;

    VideoMaker(WanModel model, VideoOptions options, DeviceChoice device, Report report, PrintWriter out) {
        this.model = model;
        this.options = options;
        this.device = device;
        progress = new VideoProgress(report);
        this.report = report;
        this.out = out;
        pipeline = new VideoPipeline(model, device.ops(), Memory.budget() / 2);
    }

    void make(String prompt, Path output) {
        var defaults = model.defaults();
        options.requirePattern(model.isUltraGen());
        var request = options.request(prompt, defaults, report::warn);
        int fps = options.fps(defaults);
        boolean stream = output != null && output.toString().equals("-");
        var place = output == null ? named(request) : output;
        if (!stream && !options.plan) {
            VideoFile.check(place);
        }
        var notes = model.applyLoras();
        var clip = new Clip(
                request.width(),
                request.height(),
                request.frames(),
                fps,
                texts(request, fps, stream ? Optional.empty() : Optional.of(place)));
        long memory = Memory.budget();
        var plan = VideoPlan.of(model, request, memory);
        if (options.plan) {
            lines(request, plan).forEach(out::println);
            return;
        }
        plan.requireFit(memory);
        notes.forEach(report::warn);
        lines(request, plan).forEach(report::note);
        truncation(request);
        write(request, clip, plan, place, stream);
    }

    private void write(VideoRequest request, Clip clip, VideoPlan plan, Path place, boolean stream) {
        long start = System.nanoTime();
        var embeds = pipeline.encode(request, progress);
        var checkpoint = stream ? Optional.<VideoCheckpoint>empty() : Optional.of(checkpoint(request, place));
        var latents = pipeline.denoise(
                request,
                embeds,
                checkpoint.<VideoJournal>map(c -> c).orElse(VideoJournal.NONE),
                progress,
                (step, clean) -> preview(request, clean));
        Consumer<FrameSink> frames = sink -> pipeline.decode(request, latents, plan.bands(), sink, progress);
        if (stream) {
            try {
                VideoFile.stream(System.out, clip, frames);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        } else {
            VideoFile.write(place, clip, frames);
            checkpoint.ifPresent(VideoCheckpoint::finished);
            out.println(place);
        }
        report.accept(new Progress.Done(1, 1, Optional.of(place), request.seed(), (System.nanoTime() - start) / 1e9));
    }

    private VideoCheckpoint checkpoint(VideoRequest request, Path place) {
        var file = CheckpointFile.beside(place.toAbsolutePath());
        var identity = request + " " + model.bytes() + " " + options.loras();
        var grid = request.grid();
        int size = grid.tokens() * 4 * model.transformer().config().inChannels();
        return options.resume ? VideoCheckpoint.resume(file, identity, size) : VideoCheckpoint.fresh(file, identity);
    }

    /** The first frame as it is expected to become. */
    private void preview(VideoRequest request, Supplier<float[]> expected) {
        if (options.preview == null) {
            return;
        }
        pipeline.firstFrame(request, expected.get(), frame -> PngFile.write(options.preview, frame, Map.of()));
    }

    private List<String> lines(VideoRequest request, VideoPlan plan) {
        var lines = new ArrayList<String>();
        lines.add(String.format(
                Locale.ROOT,
                "%dx%d, %d frames: %s tokens; memory beside the weights: text %s, steps %s, frames %s%s",
                request.width(),
                request.height(),
                request.frames(),
                request.grid().tokens(),
                Figures.bytes(plan.text().bytes()),
                Figures.bytes(plan.step().bytes()),
                Figures.bytes(plan.decode().bytes()),
                plan.bands() == 1 ? "" : " in " + plan.bands() + " bands"));
        lines.add(request.steps() + " steps of " + Figures.flop(plan.step().flops()) + " (attention "
                + Figures.flop(plan.step().attentionFlops()) + "), text "
                + Figures.flop(plan.text().flops())
                + ", frames " + Figures.flop(plan.decode().flops()));
        if (plan.flops() > LONG || options.plan) {
            var speed = Speed.of(device.ops(), DType.BF16);
            double seconds =
                    time(speed, plan.text()) + plan.steps() * time(speed, plan.step()) + time(speed, plan.decode());
            lines.add("about " + Figures.duration(seconds) + " in all");
        }
        return lines;
    }

    private static double time(Speed speed, VideoPlan.Stage stage) {
        return speed.seconds(stage.linearFlops(), stage.attentionFlops());
    }

    private void truncation(VideoRequest request) {
        if (model.tokenizer().encode(request.prompt(), request.textTokens()).truncated()) {
            report.warn("the prompt has more than " + request.textTokens() + " tokens; the rest is left out");
        }
    }

    private static Path named(VideoRequest request) {
        var words = request.prompt().toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "-");
        var name = words.substring(0, Math.min(40, words.length())).replaceAll("^-|-$", "");
        for (int number = 0; number < 10_000; number++) {
            var file = Path.of(name + "-" + request.seed() + (number == 0 ? "" : "-" + number) + ".mp4");
            if (!Files.exists(file)) {
                return file;
            }
        }
        throw new BadUsage("no free name is left for the clip; name it with --output");
    }

    /** What the clip was made from, for its file. */
    private Map<String, String> texts(VideoRequest request, int fps, Optional<Path> place) {
        Map<String, Object> recipe = new LinkedHashMap<>();
        recipe.put("prompt", request.prompt());
        recipe.put("negative", request.negative());
        recipe.put("guidance", request.guidance());
        recipe.put("width", request.width());
        recipe.put("height", request.height());
        recipe.put("frames", request.frames());
        recipe.put("fps", fps);
        recipe.put("steps", request.steps());
        recipe.put("seed", request.seed());
        recipe.put("shift", request.shift());
        recipe.put("sigmas", request.form().text());
        recipe.put("solver", request.solver().name().toLowerCase(Locale.ROOT));
        recipe.put("model", RelativePath.text(RelativePath.of(options.source().model(), place)));
        recipe.put(
                "loras",
                options.loras().stream()
                        .map(lora -> RelativePath.text(RelativePath.of(lora.file(), place)) + ":" + lora.scale())
                        .toList());
        return Map.of("mural-video", Json.write(recipe));
    }
}
