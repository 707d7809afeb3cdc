package io.mural.model.pipeline;

import io.mural.model.family.Denoiser;
import io.mural.model.family.GuidedModel;
import io.mural.model.family.PictureModel;
import io.mural.model.family.PromptPair;
import io.mural.model.hierarchical.Scene;
import io.mural.model.hierarchical.WindowOrder;
import io.mural.model.image.PictureSink;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.Journal.Position;
import io.mural.model.pipeline.Progress.Stage;
import io.mural.model.plan.HierarchicalPlan;
import io.mural.model.plan.WeightPlan;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.Grid;
import io.mural.model.request.HierarchicalSettings;
import io.mural.model.request.Pyramid.Level;
import io.mural.model.sampling.FlowMatchSchedule;
import io.mural.model.sampling.Latents;
import io.mural.model.vae.VaeExtent;
import io.mural.model.vae.VaeWay;
import io.mural.tensor.Ops;
import java.util.function.Supplier;

/**
 * Pictures beyond a model's own size (arXiv 2510.16325): the finished base guides a larger picture, which starts from
 * the base enlarged and brought to a noise level, and guides the next.
 */
public final class HierarchicalPipeline {
    private final PictureModel model;
    private final GuidedModel guided;
    private final Stages stages;
    private final PicturePipeline base;

    /**
     * All weights stay in memory.
     *
     * @param device opens the operations of a stage
     */
    public HierarchicalPipeline(PictureModel model, GuidedModel guided, Supplier<Ops> device) {
        this(model, guided, device, WeightPlan.ALL_STAY);
    }

    /**
     * @param device opens the operations of a stage
     * @param weights what of the weights stays in memory
     */
    public HierarchicalPipeline(PictureModel model, GuidedModel guided, Supplier<Ops> device, WeightPlan weights) {
        this(model, guided, device, weights, new Previews(model));
    }

    /**
     * @param device opens the operations of a stage
     * @param weights what of the weights stays in memory
     * @param previews of the model, which several pipelines may share
     */
    public HierarchicalPipeline(
            PictureModel model, GuidedModel guided, Supplier<Ops> device, WeightPlan weights, Previews previews) {
        this.model = model;
        this.guided = guided;
        this.stages = new Stages(model, device, weights);
        this.base = new PicturePipeline(model, device, stages, previews);
    }

    /**
     * What to make.
     *
     * @param picture of the size asked for; its steps and its classifier-free guidance are those of the base, which
     *     is the picture it starts from itself where that has strength 0
     * @param baseSchedule noise levels of the base
     */
    public record Request(GenerationRequest picture, FlowMatchSchedule baseSchedule, HierarchicalSettings settings) {}

    /** @return packed tokens [tokens, channels x 4] of the picture, in raster order */
    public float[] generate(
            Request request, HierarchicalPlan plan, Journal journal, Onlooker onlooker, Progress progress) {
        var settings = request.settings();
        var pyramid = plan.pyramid();
        var position = journal.start(at -> fits(at, request, plan)).orElse(Position.BEGINNING);
        if (position.level() == 0) {
            position = base(request, plan, position, journal, onlooker, progress);
        }
        var embeds = stages.encode(request.picture(), settings.classifierFree(), progress);
        while (true) {
            int level = position.level();
            var latents = refine(request, plan, position, embeds, journal, onlooker, progress);
            if (level == pyramid.levels().size()) {
                return latents;
            }
            var grid = pyramid.levels().get(level - 1).grid();
            onlooker.finished(level, () -> picture(latents, grid, plan.vae(level)));
            position = new Position(level + 1, 0, latents, new float[0]);
            journal.reached(position);
        }
    }

    /** Whether a run of this picture can have stopped there. */
    private boolean fits(Position at, Request request, HierarchicalPlan plan) {
        var pyramid = plan.pyramid();
        if (at.level() < 0 || at.level() > pyramid.levels().size()) {
            return false;
        }
        boolean isBase = at.level() == 0;
        int tokens = pyramid.base().tokens();
        int guide = 0;
        int steps = isBase ? baseSteps(request) : request.settings().schedule().steps();
        if (!isBase) {
            var level = pyramid.levels().get(at.level() - 1);
            tokens = level.grid().tokens();
            guide = level.guide().tokens() * model.features();
        }
        boolean begun = at.step() > 0;
        return at.step() >= 0
                && at.step() <= steps
                && at.guide().length == guide
                && at.latents().length == (begun ? tokens * model.features() : 0)
                && Latents.areFinite(at.guide())
                && Latents.areFinite(at.latents());
    }

    private static int baseSteps(Request request) {
        var init = request.picture().inputs().init();
        if (init.isPresent() && init.get().strength() == 0) {
            return 0;
        }
        return PicturePipeline.evaluated(request.picture(), request.baseSchedule())
                .steps();
    }

    private Position base(
            Request request,
            HierarchicalPlan plan,
            Position from,
            Journal journal,
            Onlooker onlooker,
            Progress progress) {
        var pyramid = plan.pyramid();
        var small = request.picture().with(pyramid.base());
        progress.level(
                1,
                pyramid.levels().size() + 1,
                small.grid().pixelWidth(),
                small.grid().pixelHeight(),
                1);
        var latents = baseLatents(request, small, plan.vae(0).extent(), from, journal, onlooker, progress);
        onlooker.finished(0, () -> picture(latents, pyramid.base(), plan.vae(0)));
        var position = new Position(1, 0, latents, new float[0]);
        journal.reached(position);
        return position;
    }

    /** A base made from the prompt, or the given picture itself where nothing of it is to change. */
    private float[] baseLatents(
            Request request,
            GenerationRequest small,
            VaeExtent vae,
            Position from,
            Journal journal,
            Onlooker onlooker,
            Progress progress) {
        if (small.inputs().init().isPresent() && small.inputs().init().get().strength() == 0) {
            return stages.clean(small, small.inputs().init().get(), vae, progress);
        }
        var embeds = stages.encode(small, small.sampling().classifierFree(), progress);
        return base.latents(small, request.baseSchedule(), embeds, vae, from, journal, onlooker, progress);
    }

    private float[] refine(
            Request request,
            HierarchicalPlan plan,
            Position from,
            PromptPair embeds,
            Journal journal,
            Onlooker onlooker,
            Progress progress) {
        var settings = request.settings();
        var levelPlan = plan.levels().get(from.level() - 1);
        var level = levelPlan.level();
        var order = new WindowOrder(
                level.grid().height(), level.grid().width(), settings.geometry().window());
        progress.level(
                from.level() + 1,
                plan.levels().size() + 1,
                level.grid().pixelWidth(),
                level.grid().pixelHeight(),
                order.windowRows() * order.windowColumns());
        var latents = from.step() > 0
                ? from.latents().clone()
                : order.fromRaster(start(request, plan, from, level, progress));
        var schedule = settings.schedule();
        progress.stage(Stage.DENOISE, schedule.steps());
        var scene = new Scene(
                settings.geometry().withRatio(level.ratio()),
                order,
                level.guide().height(),
                level.guide().width(),
                from.guide());
        try (var stream = stages.transformerWeights();
                var ops = stages.open(progress, stream)) {
            var denoiser = Denoiser.of(ops, model, guided, scene, settings, embeds, levelPlan.memory());
            for (int i = from.step(); i < schedule.steps(); i++) {
                var velocity = denoiser.velocity(latents, schedule.sigma(i));
                Latents.step(latents, velocity, schedule.delta(i));
                Latents.requireFinite(latents, i + 1);
                progress.step(i + 1);
                float sigma = schedule.sigma(i + 1);
                onlooker.step(from.level(), i + 1, () -> preview(latents, velocity, sigma, order));
                journal.reached(new Position(from.level(), i + 1, from.guide(), latents));
            }
        }
        return order.toRaster(latents);
    }

    /** The level's tokens in raster order before its first step: noise, over the enlarged guide where steps are skipped. */
    private float[] start(Request request, HierarchicalPlan plan, Position from, Level level, Progress progress) {
        var settings = request.settings();
        var noise = stages.noise(request.picture().with(level.grid()));
        if (settings.skipSteps() == 0) {
            return noise;
        }
        var large = new WarmStart(model, stages, settings.upsampler())
                .enlarge(level, from.guide(), plan.vae(from.level() - 1), plan.vae(from.level()), progress);
        return Latents.noised(large, noise, settings.schedule().sigma(0));
    }

    /**
     * The finished picture, from top to bottom.
     *
     * @param latents what {@link #generate} returned
     */
    public void decode(float[] latents, HierarchicalPlan plan, PictureSink sink, Progress progress) {
        var last = plan.levels().getLast();
        stages.decode(latents, last.level().grid(), last.vae(), sink, progress);
    }

    /** Decodes as {@link #decode(float[], HierarchicalPlan, PictureSink, Progress)}, into memory. */
    public RgbImage decode(float[] latents, HierarchicalPlan plan, Progress progress) {
        var last = plan.levels().getLast();
        return stages.decode(latents, last.level().grid(), last.vae(), progress);
    }

    private RgbImage picture(float[] latents, Grid grid, VaeWay vae) {
        return stages.decode(latents, grid, vae, Progress.NONE);
    }

    private RgbImage preview(float[] latents, float[] velocity, float sigma, WindowOrder order) {
        var usual = model.nativeGrid();
        int side = Math.max(usual.width(), usual.height());
        var small = Preview.of(
                order.toRaster(latents), order.toRaster(velocity), sigma, order.height(), order.width(), side);
        return picture(
                small.latents(), usual.resized(small.gridHeight(), small.gridWidth()), VaeWay.of(VaeExtent.WHOLE));
    }
}
