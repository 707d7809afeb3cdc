package io.mural.model.parity;

import io.mural.model.family.Flux1Model;
import io.mural.model.family.Flux2Model;
import io.mural.model.family.PictureModel;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.HierarchicalPipeline;
import io.mural.model.pipeline.Journal;
import io.mural.model.pipeline.Onlooker;
import io.mural.model.pipeline.PicturePipeline;
import io.mural.model.pipeline.Progress;
import io.mural.model.plan.HierarchicalPlan;
import io.mural.model.request.Editing;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.GenerationRequest.Init;
import io.mural.model.request.GenerationRequest.Inputs;
import io.mural.model.request.GenerationRequest.Sampling;
import io.mural.model.request.GenerationRequest.Text;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.HierarchicalSettings;
import io.mural.model.request.Pyramid;
import io.mural.model.request.Pyramid.Level;
import io.mural.model.request.ReferenceImages;
import io.mural.model.sampling.Latents;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Whole pictures: prompt and seed, or a picture to start from, to the 8-bit picture. */
final class PipelineCases {
    private final Supplier<Ops> device;

    PipelineCases(Supplier<Ops> device) {
        this.device = device;
    }

    /**
     * @param psnr of the 8-bit picture, dB
     * @param detail errors of what lies before it, to see where a difference begins
     */
    record Judged(double psnr, String detail) {}

    Judged run(ParityCase given) {
        try (var model = new Flux1Model(given.model(), Optional.empty(), List.of(), Optional.empty())) {
            var request = request(given, model);
            // Cases follow the scheduler's own formula, not the bounds that mural.json sets for users.
            var schedule = model.scheduler()
                    .schedule(request.sampling().steps(), request.grid().tokens(), Double.POSITIVE_INFINITY);
            var result = new PicturePipeline(model, device)
                    .generate(request, schedule, VaeExtent.WHOLE, Onlooker.NONE, Progress.NONE);
            return new Judged(psnr(given, result.image()), detail(given, result));
        }
    }

    /** FLUX.2's pictures; {@code guidance} is that of classifier-free guidance, for models that were not distilled. */
    Judged flux2(ParityCase given) {
        try (var model = new Flux2Model(given.model(), Optional.empty(), List.of())) {
            requireTextLayers(given, model);
            var request = flux2Request(given, model);
            var result = new PicturePipeline(model, device).generate(request, Progress.NONE);
            var detail = new StringBuilder();
            append(detail, given, "prompt_embeds", () -> result.embeds().tokens());
            append(detail, given, "latents", () -> flux2Latents(model, request, result.latents()));
            return new Judged(psnr(given, result.image()), detail.toString());
        }
    }

    private static void requireTextLayers(ParityCase given, Flux2Model model) {
        if (given.params().has("text_layers")) {
            var wanted = Arrays.stream(given.params().integers("text_layers"))
                    .boxed()
                    .toList();
            if (!wanted.equals(model.textOutputs())) {
                throw new InputException(given.file() + ": text_layers are " + wanted + ", but the model takes "
                        + model.textOutputs() + "; say so in its mural.json");
            }
        }
    }

    private static GenerationRequest flux2Request(ParityCase given, Flux2Model model) {
        var params = given.params();
        boolean distilled = params.bool("distilled", true);
        double guidance = params.number("guidance", 1);
        var references = new ArrayList<RgbImage>();
        for (int i = 0; i < params.integer("references", 0); i++) {
            references.add(ReferenceImages.prepare(image(given, "in.reference_" + i), model.tokenPixels()));
        }
        return request(given, model, guidance, distilled ? 1 : guidance, new Inputs(Optional.empty(), references));
    }

    /** Packed tokens as the decoder takes them: [channels, height, width] without the statistics. */
    static float[] flux2Latents(Flux2Model model, GenerationRequest request, float[] tokens) {
        var raw = tokens.clone();
        model.vae().statistics().restore(raw);
        int channels = model.vae().config().latentChannels();
        return Planes.of(
                Latents.unpack(
                        raw,
                        channels,
                        2 * request.grid().height(),
                        2 * request.grid().width()),
                channels);
    }

    static double psnr(ParityCase given, RgbImage mine) {
        var reference = image(given, "out.image");
        if (reference.width() != mine.width() || reference.height() != mine.height()) {
            throw new InputException(given.file() + ": out.image is " + reference.width() + "x" + reference.height()
                    + ", but width and height ask for " + mine.width() + "x" + mine.height());
        }
        return mine.psnr(reference);
    }

    /** From the latents of a guide to the large picture. */
    Judged hierarchical(ParityCase given) {
        var params = given.params();
        var lora = new HierarchicalLora(
                given.resolve(params.string("lora")), params.number("lora_scale", 1), HierarchicalLora.Scope.GUIDE);
        try (var model = new Flux1Model(given.model(), Optional.empty(), List.of(), Optional.empty())) {
            var picture = request(given, model);
            var settings = HierarchicalSettings.of(params, HierarchicalSettings.FLUX1);
            var pyramid =
                    Pyramid.of(new Level(picture.grid(), settings.geometry().ratio()));
            var guided = model.guided(lora);
            var plan = HierarchicalPlan.of(
                    model, guided, picture, settings, pyramid, Optional.of(VaeExtent.WHOLE), Long.MAX_VALUE);
            var pipeline = new HierarchicalPipeline(model, guided, device);
            var request = new HierarchicalPipeline.Request(picture, settings.schedule(), settings);
            var latents = pipeline.generate(
                    request,
                    plan,
                    Journal.from(new Journal.Position(1, 0, given.floats("in.guide_latents"), new float[0])),
                    Onlooker.NONE,
                    Progress.NONE);
            var image = pipeline.decode(latents, plan, Progress.NONE);
            var detail = new StringBuilder();
            append(detail, given, "latents", () -> latents);
            return new Judged(psnr(given, image), detail.toString());
        }
    }

    private static String detail(ParityCase given, PicturePipeline.Result result) {
        var detail = new StringBuilder();
        append(detail, given, "prompt_embeds", () -> result.embeds().tokens());
        append(detail, given, "pooled", () -> result.embeds().pooled());
        append(detail, given, "latents", () -> result.latents());
        return detail.toString();
    }

    private static void append(StringBuilder detail, ParityCase given, String what, Supplier<float[]> mine) {
        if (given.has("out." + what)) {
            double error = given.deviation(Map.of(what, mine));
            detail.append(detail.isEmpty() ? "" : ", ").append(String.format(Locale.ROOT, "%s %.1e", what, error));
        }
    }

    private static GenerationRequest request(ParityCase given, Flux1Model model) {
        var params = given.params();
        Optional<Init> init = params.has("strength")
                ? Optional.of(new Init(image(given, "in.image"), params.number("strength")))
                : Optional.empty();
        return request(
                given,
                model,
                params.number("guidance", 3.5),
                params.number("true_cfg", 1),
                // Image to image that draws its latents is a component of its own.
                new Inputs(
                        init,
                        List.of(),
                        new Editing(
                                Optional.empty(), Optional.empty(), Editing.Start.MEAN, Editing.References.EACH_STEP)));
    }

    static GenerationRequest request(
            ParityCase given, PictureModel model, double guidance, double trueCfg, Inputs inputs) {
        var params = given.params();
        return new GenerationRequest(
                new Text(params.string("prompt"), params.string("negative", ""), params.integer("max_sequence_length")),
                model.grid(params.integer("width"), params.integer("height")),
                new Sampling(
                        params.integer("steps"),
                        params.longInteger("seed"),
                        guidance,
                        trueCfg,
                        Optional.of(dtype(params.string("noise_dtype", "float32")))),
                inputs);
    }

    static DType dtype(String torchName) {
        return switch (torchName) {
            case "float32" -> DType.F32;
            case "float16" -> DType.F16;
            case "bfloat16" -> DType.BF16;
            default -> throw new InputException("noise_dtype " + torchName + ": expected float32, float16 or bfloat16");
        };
    }

    static RgbImage image(ParityCase given, String tensor) {
        var values = given.values().longs(tensor);
        if (given.dim(tensor, 2) != 3) {
            throw new InputException(given.file() + ": " + tensor + " is "
                    + given.values().info(tensor).shape() + "; expected [height, width, 3]");
        }
        var rgb = new byte[values.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) values[i];
        }
        return new RgbImage(given.dim(tensor, 1), given.dim(tensor, 0), rgb);
    }
}
