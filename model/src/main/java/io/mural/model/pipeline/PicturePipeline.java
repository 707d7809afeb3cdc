package io.mural.model.pipeline;

import io.mural.model.family.Denoiser;
import io.mural.model.family.PictureModel;
import io.mural.model.family.PromptEmbeds;
import io.mural.model.family.PromptPair;
import io.mural.model.image.Resize;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.Journal.Position;
import io.mural.model.pipeline.Progress.Stage;
import io.mural.model.plan.WeightPlan;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.Reference;
import io.mural.model.sampling.FlowMatchSchedule;
import io.mural.model.sampling.Latents;
import io.mural.model.vae.VaeExtent;
import io.mural.model.vae.VaeWay;
import io.mural.tensor.Ops;
import io.mural.weights.stream.WeightStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Text to image and image to image, step by step as diffusers' pipelines do it, so that a seed gives the same
 * picture. (Image to image starts from the mean of the encoder's distribution, where diffusers by
 * default draws from it.) Each stage opens its own operations and releases their memory before the next begins.
 */
public final class PicturePipeline {
    /** A prompt of FLUX.1-dev takes 8 MiB, one of FLUX.2-klein more; a file of prompts must not pile up. */
    private static final int PROMPTS_KEPT = 4;

    private final PictureModel model;
    private final Supplier<Ops> device;
    private final WeightPlan weights;
    private final Previews previews;
    private final LinkedHashMap<String, PromptEmbeds> encoded = new LinkedHashMap<>();

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
        this.model = model;
        this.device = device;
        this.weights = weights;
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
        var embeds = encode(request, request.sampling().classifierFree(), progress);
        var latents = latents(request, schedule, embeds, vae, onlooker, progress);
        return new Result(decode(request, latents, vae, progress), latents, embeds.positive());
    }

    /** Packed tokens of a finished picture, [image tokens, channels x 4]. */
    private float[] latents(
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
        var latents = from.step() > 0
                ? from.latents().clone()
                : start(request, evaluated.sigma(0), vae, progress).clone();
        var references = references(request, vae, progress);
        denoise(
                request,
                evaluated,
                new Position(0, from.step(), from.guide(), latents),
                embeds,
                references,
                journal,
                onlooker,
                progress);
        return latents;
    }

    /** Of a schedule, the steps that are made: a picture to start from is spared the first. */
    static FlowMatchSchedule evaluated(GenerationRequest request, FlowMatchSchedule schedule) {
        return schedule.from(request.inputs()
                .init()
                .map(init -> schedule.firstStep(init.strength()))
                .orElse(0));
    }

    /** @param withNegative whether the negative prompt is wanted too */
    PromptPair encode(GenerationRequest request, boolean withNegative, Progress progress) {
        progress.stage(Stage.TEXT, withNegative ? 2 : 1);
        var positive = encode(request.text().prompt(), request.text().tokens(), progress);
        progress.step(1);
        if (!withNegative) {
            return new PromptPair(positive, Optional.empty());
        }
        var negative = encode(request.text().negative(), request.text().tokens(), progress);
        progress.step(2);
        return new PromptPair(positive, Optional.of(negative));
    }

    /** The prompts in use are encoded once, however many pictures they are for. */
    private PromptEmbeds encode(String prompt, int textTokens, Progress progress) {
        var key = textTokens + ":" + prompt;
        if (!encoded.containsKey(key)) {
            if (encoded.size() == PROMPTS_KEPT) {
                encoded.pollFirstEntry();
            }
            try (var stream = weights.text(model);
                    var ops = open(progress, stream)) {
                encoded.put(key, model.encode(ops, prompt, textTokens));
            }
        }
        return encoded.get(key);
    }

    /** Packed tokens of the noise that a request's seed gives, [image tokens, channels x 4]. */
    float[] noise(GenerationRequest request) {
        var dtype = request.sampling().noiseDtype().orElse(model.noiseDtype());
        return model.noise(request.sampling().seed(), dtype, request.grid());
    }

    /** Noise, or a picture brought to the noise level {@code sigma}. */
    private float[] start(GenerationRequest request, float sigma, VaeExtent extent, Progress progress) {
        var noise = noise(request);
        return request.inputs()
                .init()
                .map(init -> Latents.noised(clean(request, init, extent, progress), noise, sigma))
                .orElse(noise);
    }

    /** Packed tokens of a picture in the request's size, without noise, [image tokens, channels x 4]. */
    float[] clean(GenerationRequest request, GenerationRequest.Init init, VaeExtent extent, Progress progress) {
        progress.stage(Stage.ENCODE, 1);
        try (var ops = open(progress)) {
            var image = Resize.lanczos(
                    init.image(), request.grid().pixelWidth(), request.grid().pixelHeight());
            var latents = model.codec().encode(ops, image, VaeWay.of(extent));
            progress.step(1);
            return latents;
        }
    }

    private List<Reference> references(GenerationRequest request, VaeExtent extent, Progress progress) {
        var references = new ArrayList<Reference>();
        for (var image : request.inputs().references()) {
            progress.stage(Stage.ENCODE, 1);
            try (var ops = open(progress)) {
                references.add(new Reference(
                        model.grid(image.width(), image.height()),
                        model.codec().encode(ops, image, VaeWay.of(extent))));
                progress.step(1);
            }
        }
        return references;
    }

    /** Makes the steps from a position on, in its latents. */
    private void denoise(
            GenerationRequest request,
            FlowMatchSchedule schedule,
            Position from,
            PromptPair embeds,
            List<Reference> references,
            Journal journal,
            Onlooker onlooker,
            Progress progress) {
        progress.stage(Stage.DENOISE, schedule.steps());
        var latents = from.latents();
        try (var stream = transformerWeights();
                var ops = open(progress, stream)) {
            var denoiser = Denoiser.of(ops, model, request, embeds, references);
            for (int i = from.step(); i < schedule.steps(); i++) {
                var velocity = denoiser.velocity(latents, schedule.sigma(i));
                Latents.step(latents, velocity, schedule.delta(i));
                Latents.requireFinite(latents, i + 1);
                progress.step(i + 1);
                float sigma = schedule.sigma(i + 1);
                onlooker.step(0, i + 1, () -> previews.picture(device, request, latents, velocity, sigma));
                journal.reached(new Position(0, i + 1, from.guide(), latents));
            }
        }
    }

    private RgbImage decode(GenerationRequest request, float[] latents, VaeExtent extent, Progress progress) {
        progress.stage(Stage.DECODE, 1);
        try (var ops = open(progress)) {
            var image = model.codec()
                    .decode(
                            ops,
                            latents,
                            request.grid().height(),
                            request.grid().width(),
                            VaeWay.of(extent));
            progress.step(1);
            return image;
        }
    }

    /** The weights of the transformer, to be told its units and closed when it has run. */
    WeightStream transformerWeights() {
        return weights.transformer(model);
    }

    /** As {@link #open(Progress)}, with weights that are read ahead. */
    Ops open(Progress progress, WeightStream stream) {
        var ops = device.get();
        ops.heed(progress::note);
        ops.listen(name -> {
            stream.unit(name);
            progress.unit(name);
        });
        return ops;
    }

    Ops open(Progress progress) {
        var ops = device.get();
        ops.listen(progress::unit);
        ops.heed(progress::note);
        return ops;
    }
}
