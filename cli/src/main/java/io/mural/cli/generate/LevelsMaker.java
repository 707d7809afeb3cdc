package io.mural.cli.generate;

import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Figures;
import io.mural.cli.device.DeviceOptions;
import io.mural.cli.device.Memory;
import io.mural.model.hierarchical.GuideMemory;
import io.mural.model.image.PngFile;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.CheckpointFile;
import io.mural.model.pipeline.HierarchicalPipeline;
import io.mural.model.pipeline.Onlooker;
import io.mural.model.pipeline.Progress;
import io.mural.model.plan.HierarchicalPlan;
import io.mural.model.plan.WeightPlan;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.ModelDefaults;
import io.mural.model.request.Pyramid;
import io.mural.model.vae.VaeExtent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** Makes pictures beyond the model's own size, level by level, with a checkpoint beside the output. */
final class LevelsMaker implements Maker {
    private final Settings settings;
    private final Progress progress;
    private final DeviceOptions.Choice device;
    private final HierarchicalPlan plan;
    private final WeightPlan weights;
    private final HierarchicalPipeline pipeline;

    LevelsMaker(Settings settings, Recipe first, DeviceOptions.Choice device, Progress progress) {
        this.settings = settings;
        this.progress = progress;
        this.device = device;
        var hierarchy = first.hierarchy().orElseThrow();
        var model = settings.model();
        var guided = model.guided(hierarchy.lora());
        var defaults = model.defaults();
        var request = settings.request(first);
        var levels = hierarchy.settings();
        var pyramid = pyramid(first, defaults, levels.geometry().ratio());
        long budget = Memory.budget();
        plan = HierarchicalPlan.of(model, guided, request, levels, pyramid, settings.vae(), budget);
        plan.requireFit(model, guided, request, levels, settings.vae(), budget);
        Maker.requireHeap(first, HierarchicalPlan.heapBytesPerPixel(levels));
        weights = WeightPlan.of(model, budget - plan.peakBytes());
        pipeline = new HierarchicalPipeline(model, guided, device.ops(), weights);
        requirePreview();
    }

    private Pyramid pyramid(Recipe first, ModelDefaults defaults, int ratio) {
        int pixels = GenerationRequest.TOKEN_PIXELS;
        int gridHeight = first.height() / pixels;
        int gridWidth = first.width() / pixels;
        if (first.upscales()) {
            var start = settings.start().orElseThrow();
            return Pyramid.from(start.height(), start.width(), gridHeight, gridWidth, ratio);
        }
        int nativeTokens = defaults.width() / pixels * (defaults.height() / pixels);
        return Pyramid.of(gridHeight, gridWidth, nativeTokens, ratio);
    }

    private void requirePreview() {
        var every = settings.hierarchyOptions().preview;
        if (every != null && every < 1) {
            throw new BadUsage("--preview " + every + ": choose 1 or more steps");
        }
    }

    @Override
    public long peakBytes() {
        return plan.peakBytes();
    }

    /** Without the time, which {@link #lines} tell. */
    @Override
    public Forecast forecast() {
        return new Forecast(weights, 0);
    }

    @Override
    public VaeExtent vae() {
        return plan.levels().getLast().vae().extent();
    }

    /** The plan, a line each for the way, every level and the whole. */
    List<String> lines(Recipe recipe) {
        var speed = Speed.of(device.ops());
        List<String> lines = new ArrayList<>();
        lines.add("levels " + plan.pyramid());
        for (var level : plan.levels()) {
            lines.add(level.level().width() + "x" + level.level().height() + ": "
                    + (level.memory() == GuideMemory.KEEP ? "guide kept" : "guide recomputed in every step")
                    + ", autoencoder "
                    + level.vae().extent().name().toLowerCase(Locale.ROOT) + ", "
                    + Figures.bytes(level.peakBytes()) + ", " + tera(level.stepFlops()) + " a step, of which attention "
                    + tera(level.attentionFlops()));
        }
        double flops =
                plan.flops(recipe.steps(), recipe.hierarchy().orElseThrow().settings());
        lines.add("in all " + Figures.bytes(plan.peakBytes()) + " beside the weights, " + tera(flops) + ", about "
                + Figures.duration(speed.seconds(flops, 0)));
        return lines;
    }

    private static String tera(double flops) {
        return String.format(Locale.ROOT, "%.2f TFLOP", flops / 1e12);
    }

    @Override
    public void make(Recipe recipe, Path place, Map<String, String> texts) {
        var file = CheckpointFile.beside(place);
        var identity = recipe.toJson() + settings.model().bytes();
        var journal = settings.hierarchyOptions().resume
                ? CheckpointFile.resume(file, identity)
                : CheckpointFile.fresh(file, identity);
        var small = recipe.steps();
        int pixels = GenerationRequest.TOKEN_PIXELS;
        int baseTokens = plan.pyramid().baseHeight() * plan.pyramid().baseWidth();
        var request = new HierarchicalPipeline.Request(
                settings.request(recipe),
                settings.model().schedule(small, baseTokens),
                recipe.hierarchy().orElseThrow().settings());
        var latents = pipeline.generate(request, plan, journal, onlooker(place, texts), progress);
        var last = plan.pyramid().levels().getLast();
        PngFile.write(
                place,
                last.gridWidth() * pixels,
                last.gridHeight() * pixels,
                texts,
                sink -> pipeline.decode(latents, plan, sink, progress));
        journal.finished();
    }

    private Onlooker onlooker(Path place, Map<String, String> texts) {
        var options = settings.hierarchyOptions();
        return new Onlooker() {
            @Override
            public void finished(int level, Supplier<RgbImage> picture) {
                if (options.keepStages) {
                    PngFile.write(beside(place, "stage" + (level + 1)), picture.get(), texts);
                }
            }

            @Override
            public void step(int level, int step, Supplier<RgbImage> preview) {
                if (options.preview != null && step % options.preview == 0) {
                    PngFile.write(beside(place, "preview"), preview.get(), Map.of());
                }
            }
        };
    }

    /** {@code sea.png} to {@code sea.preview.png} */
    private static Path beside(Path place, String what) {
        var name = place.getFileName().toString();
        var stem = name.endsWith(".png") ? name.substring(0, name.length() - ".png".length()) : name;
        return place.resolveSibling(stem + "." + what + ".png");
    }
}
