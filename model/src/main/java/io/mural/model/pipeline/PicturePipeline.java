package io.mural.model.pipeline;

import io.mural.model.family.Denoiser;
import io.mural.model.family.PictureModel;
import io.mural.model.family.PromptEmbeds;
import io.mural.model.family.PromptPair;
import io.mural.model.image.PictureSink;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.Journal.Position;
import io.mural.model.pipeline.Progress.Stage;
import io.mural.model.plan.WeightPlan;
import io.mural.model.request.GenerationRequest;
import io.mural.model.sampling.FlowMatchSchedule;
import io.mural.model.sampling.Latents;
import io.mural.model.vae.VaeExtent;
import io.mural.model.vae.VaeWay;
import io.mural.tensor.Ops;
import java.util.function.Supplier;

/**
 * Text to image and image to image, step by step as diffusers' pipelines do it, so that a seed gives the same
 * picture. Each stage opens its own operations and releases their memory before the next begins.
 */
public final class PicturePipeline {
    private final PictureModel model;
    private final Supplier<Ops> device;
    private final Stages stages;
    private final Previews previews;

    /**
     * All weights stay in memory.
     *
     * @param device opens the operations of a stage
     */
    public PicturePipeline(PictureModel model, Supplier<Ops> device) {
        this(model, device, WeightPlan.ALL_STAY);
    }

    /**
     * @param device opens the operations of a stage
     * @param weights what of the weights stays in memory
     */
    public PicturePipeline(PictureModel model, Supplier<Ops> device, WeightPlan weights) {
        this(model, device, weights, new Previews(model));
    }

    /**
     * @param device opens the operations of a stage
     * @param weights what of the weights stays in memory
     * @param previews of the model, which several pipelines may share
     */
    public PicturePipeline(PictureModel model, Supplier<Ops> device, WeightPlan weights, Previews previews) {
        this(model, device, new Stages(model, device, weights), previews);
    }

    PicturePipeline(PictureModel model, Supplier<Ops> device, Stages stages, Previews previews) {
        this.model = model;
        this.device = device;
        this.stages = stages;
        this.previews = previews;
    }

    /**
     * A finished picture and what it came from.
     *
     * @param latents packed tokens [image tokens, channels x 4]
     */
    public record Result(RgbImage image, float[] latents, PromptEmbeds embeds) {}

    /** With the model's own noise levels; the autoencoder sees the picture at once. */
    public Result generate(GenerationRequest request, Progress progress) {
        return generate(request, model.schedule(request), VaeExtent.WHOLE, Onlooker.NONE, progress);
    }

    /** @param onlooker shown previews of the steps, of level 0 */
    public Result generate(
            GenerationRequest request,
            FlowMatchSchedule schedule,
            VaeExtent vae,
            Onlooker onlooker,
            Progress progress) {
        var embeds = stages.encode(request, request.sampling().classifierFree(), progress);
        var latents = latents(request, schedule, embeds, vae, onlooker, progress);
        return new Result(stages.decode(latents, request.grid(), VaeWay.of(vae), progress), latents, embeds.positive());
    }

    /** Packed tokens of a finished picture, [image tokens, channels x 4], for {@link #decode}. */
    public float[] latents(
            GenerationRequest request,
            FlowMatchSchedule schedule,
            VaeExtent vae,
            Onlooker onlooker,
            Progress progress) {
        var embeds = stages.encode(request, request.sampling().classifierFree(), progress);
        return latents(request, schedule, embeds, vae, onlooker, progress);
    }

    /** The finished picture, from top to bottom. */
    public void decode(
            float[] latents, GenerationRequest request, VaeExtent vae, PictureSink sink, Progress progress) {
        stages.decode(latents, request.grid(), VaeWay.of(vae), sink, progress);
    }

    /** Packed tokens of a finished picture, [image tokens, channels x 4]. */
    float[] latents(
            GenerationRequest request,
            FlowMatchSchedule schedule,
            PromptPair embeds,
            VaeExtent vae,
            Onlooker onlooker,
            Progress progress) {
        return latents(request, schedule, embeds, vae, Position.BEGINNING, Journal.NONE, onlooker, progress);
    }

    /**
     * As the other, going on from a position.
     *
     * @param from of level 0
     * @param journal told every step
     */
    float[] latents(
            GenerationRequest request,
            FlowMatchSchedule schedule,
            PromptPair embeds,
            VaeExtent vae,
            Position from,
            Journal journal,
            Onlooker onlooker,
            Progress progress) {
        var evaluated = evaluated(request, schedule);
        var beginning = new Preparation(model, stages::open, request, vae, progress).beginning(evaluated.sigma(0));
        var latents = (from.step() > 0 ? from.latents() : beginning.latents()).clone();
        var here = new Position(0, from.step(), from.guide(), latents);
        denoise(request, evaluated, here, beginning, embeds, journal, onlooker, progress);
        return latents;
    }

    /** Of a schedule, the steps that are made: a picture to start from is spared the first. */
    static FlowMatchSchedule evaluated(GenerationRequest request, FlowMatchSchedule schedule) {
        return schedule.from(request.inputs()
                .init()
                .map(init -> schedule.firstStep(init.strength()))
                .orElse(0));
    }

    /** Makes the steps from a position on, in its latents. */
    private void denoise(
            GenerationRequest request,
            FlowMatchSchedule schedule,
            Position from,
            Beginning beginning,
            PromptPair embeds,
            Journal journal,
            Onlooker onlooker,
            Progress progress) {
        progress.stage(Stage.DENOISE, schedule.steps());
        var latents = from.latents();
        try (var stream = stages.transformerWeights();
                var ops = stages.open(progress, stream)) {
            var denoiser = Denoiser.of(ops, model, request, embeds, beginning.conditions());
            for (int i = from.step(); i < schedule.steps(); i++) {
                var velocity = denoiser.velocity(latents, schedule.sigma(i));
                Latents.step(latents, velocity, schedule.delta(i));
                float sigma = schedule.sigma(i + 1);
                beginning.kept().ifPresent(kept -> kept.back(latents, sigma));
                Latents.requireFinite(latents, i + 1);
                progress.step(i + 1);
                onlooker.step(0, i + 1, () -> previews.picture(device, request, latents, velocity, sigma));
                journal.reached(new Position(0, i + 1, from.guide(), latents));
            }
        }
    }
}
