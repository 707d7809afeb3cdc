package io.mural.model.pipeline;

import io.mural.model.image.Resize;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.Progress.Stage;
import io.mural.model.sampling.FlowMatchSchedule;
import io.mural.model.sampling.Latents;
import io.mural.model.sampling.TorchRandom;
import io.mural.tensor.Ops;
import io.mural.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Text to image and image to image with FLUX.1, step by step as diffusers' {@code FluxPipeline} does it, so that a
 * seed gives the same picture. (Image to image starts from the mean of the encoder's distribution, where diffusers by
 * default draws from it.) Each stage opens its own operations and releases their memory before the next begins.
 */
public final class Flux1Pipeline {
    /** A prompt of FLUX.1-dev takes 8 MiB; a file of prompts must not pile up. */
    private static final int PROMPTS_KEPT = 4;

    private final Flux1Model model;
    private final Supplier<Ops> device;
    private final LinkedHashMap<String, PromptEmbeds> encoded = new LinkedHashMap<>();

    /** @param device opens the operations of a stage */
    public Flux1Pipeline(Flux1Model model, Supplier<Ops> device) {
        this.model = model;
        this.device = device;
    }

    /**
     * A finished picture and what it came from.
     *
     * @param latents packed tokens [image tokens, channels x 4]
     */
    public record Result(RgbImage image, float[] latents, PromptEmbeds embeds) {}

    public Result generate(GenerationRequest request, FlowMatchSchedule schedule, VaeExtent vae, Progress progress) {
        var embeds = encode(request, request.classifierFree(), progress);
        var latents = latents(request, schedule, embeds, vae, progress);
        return new Result(decode(request, latents, vae, progress), latents, embeds.positive());
    }

    /** Packed tokens of a finished picture, [image tokens, channels x 4]. */
    float[] latents(
            GenerationRequest request,
            FlowMatchSchedule schedule,
            PromptPair embeds,
            VaeExtent vae,
            Progress progress) {
        int first =
                request.init().map(init -> schedule.firstStep(init.strength())).orElse(0);
        var start = start(request, schedule.sigma(first), vae, progress);
        return denoise(request, schedule.from(first), start, embeds, progress);
    }

    /** @param withNegative whether the negative prompt is wanted too */
    PromptPair encode(GenerationRequest request, boolean withNegative, Progress progress) {
        progress.stage(Stage.TEXT, withNegative ? 2 : 1);
        var positive = encode(request.prompt(), request.textTokens(), progress);
        progress.step(1);
        if (!withNegative) {
            return new PromptPair(positive, Optional.empty());
        }
        var negative = encode(request.negative(), request.textTokens(), progress);
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
            try (var ops = open(progress)) {
                encoded.put(key, model.encode(ops, prompt, textTokens));
            }
        }
        return encoded.get(key);
    }

    /** Packed tokens of the noise that a request's seed gives, [image tokens, channels x 4]. */
    float[] noise(GenerationRequest request) {
        int channels = model.vaeConfig().latentChannels();
        int height = 2 * request.gridHeight();
        int width = 2 * request.gridWidth();
        var dtype = request.noiseDtype().orElse(model.noiseDtype());
        var planes = new TorchRandom(request.seed()).noise(dtype, Shape.of(1, channels, height, width));
        return Latents.packPlanes(planes, channels, height, width);
    }

    /** Noise, or a picture brought to the noise level {@code sigma}. */
    private float[] start(GenerationRequest request, float sigma, VaeExtent extent, Progress progress) {
        var noise = noise(request);
        if (request.init().isEmpty()) {
            return noise;
        }
        progress.stage(Stage.ENCODE, 1);
        try (var ops = open(progress)) {
            var image = Resize.lanczos(request.init().get().image(), request.width(), request.height());
            var clean = new LatentCodec(model.vae()).encode(ops, image, extent);
            progress.step(1);
            return Latents.noised(clean, noise, sigma);
        }
    }

    private float[] denoise(
            GenerationRequest request,
            FlowMatchSchedule schedule,
            float[] start,
            PromptPair embeds,
            Progress progress) {
        progress.stage(Stage.DENOISE, schedule.steps());
        var latents = start.clone();
        try (var ops = open(progress)) {
            var denoiser = Denoiser.of(ops, model.transformer(), request, embeds);
            for (int i = 0; i < schedule.steps(); i++) {
                Latents.step(latents, denoiser.velocity(latents, schedule.sigma(i)), schedule.delta(i));
                progress.step(i + 1);
            }
        }
        return latents;
    }

    private RgbImage decode(GenerationRequest request, float[] latents, VaeExtent extent, Progress progress) {
        progress.stage(Stage.DECODE, 1);
        try (var ops = open(progress)) {
            var image = new LatentCodec(model.vae())
                    .decode(ops, latents, request.gridHeight(), request.gridWidth(), extent);
            progress.step(1);
            return image;
        }
    }

    Ops open(Progress progress) {
        var ops = device.get();
        ops.listen(progress::unit);
        return ops;
    }
}
