package io.mural.model.pipeline;

import io.mural.model.family.PictureModel;
import io.mural.model.family.PromptEmbeds;
import io.mural.model.family.PromptPair;
import io.mural.model.image.PictureSink;
import io.mural.model.image.Resize;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.Progress.Stage;
import io.mural.model.plan.WeightPlan;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.Grid;
import io.mural.model.vae.VaeExtent;
import io.mural.model.vae.VaeWay;
import io.mural.tensor.Ops;
import io.mural.weights.stream.WeightStream;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The stages that pictures are made of, whether at once or level by level. Each opens its own operations and releases
 * their memory before the next begins.
 */
final class Stages {
    /** A prompt of FLUX.1-dev takes 8 MiB, one of FLUX.2-klein more; a file of prompts must not pile up. */
    private static final int PROMPTS_KEPT = 4;

    private final PictureModel model;
    private final Supplier<Ops> device;
    private final WeightPlan weights;
    private final LinkedHashMap<String, PromptEmbeds> encoded = new LinkedHashMap<>();

    /**
     * @param device opens the operations of a stage
     * @param weights what of the weights stays in memory
     */
    Stages(PictureModel model, Supplier<Ops> device, WeightPlan weights) {
        this.model = model;
        this.device = device;
        this.weights = weights;
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

    /** The finished picture. */
    RgbImage decode(float[] latents, Grid grid, VaeWay vae, Progress progress) {
        progress.stage(Stage.DECODE, 1);
        try (var ops = open(progress)) {
            var image = model.codec().decode(ops, latents, grid.height(), grid.width(), vae);
            progress.step(1);
            return image;
        }
    }

    /** The finished picture, from top to bottom. */
    void decode(float[] latents, Grid grid, VaeWay vae, PictureSink sink, Progress progress) {
        progress.stage(Stage.DECODE, 1);
        try (var ops = open(progress)) {
            model.codec().decode(ops, latents, grid.height(), grid.width(), vae, sink);
            progress.step(1);
        }
    }

    /** The weights of the transformer, to be told its units and closed when it has run. */
    WeightStream transformerWeights() {
        return weights.transformer(model);
    }

    /** As {@link #open(Progress)}, with weights that are read ahead. */
    Ops open(Progress progress, WeightStream stream) {
        var ops = device.get();
        ops.onNotice(progress::note);
        ops.onUnit(name -> {
            stream.unit(name);
            progress.unit(name);
        });
        return ops;
    }

    Ops open(Progress progress) {
        var ops = device.get();
        ops.onUnit(progress::unit);
        ops.onNotice(progress::note);
        return ops;
    }
}
