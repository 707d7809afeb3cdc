package io.mural.model.parity;

import io.mural.model.family.Flux1Model;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.HierarchicalPipeline;
import io.mural.model.pipeline.Journal;
import io.mural.model.pipeline.Onlooker;
import io.mural.model.pipeline.PicturePipeline;
import io.mural.model.pipeline.Progress;
import io.mural.model.plan.HierarchicalPlan;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.HierarchicalSettings;
import io.mural.model.request.Pyramid;
import io.mural.model.request.Pyramid.Level;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import java.util.List;
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
            var request = request(given);
            // Cases follow the scheduler's own formula, not the bounds that mural.json sets for users.
            var schedule = model.scheduler().schedule(request.steps(), request.imageTokens(), Double.POSITIVE_INFINITY);
            var result = new PicturePipeline(model, device).generate(request, schedule, VaeExtent.WHOLE, Progress.NONE);
            return new Judged(result.image().psnr(image(given, "out.image")), detail(given, result));
        }
    }

    /** From the latents of a guide to the large picture. */
    Judged hierarchical(ParityCase given) {
        var params = given.params();
        var lora = new HierarchicalLora(
                given.resolve(params.string("lora")), params.number("lora_scale", 1), HierarchicalLora.Scope.GUIDE);
        try (var model = new Flux1Model(given.model(), Optional.empty(), List.of(), Optional.empty())) {
            var picture = request(given);
            var settings = HierarchicalSettings.of(params, HierarchicalSettings.FLUX1);
            var level = new Level(
                    picture.gridHeight(),
                    picture.gridWidth(),
                    settings.geometry().ratio());
            var pyramid = new Pyramid(level.guideHeight(), level.guideWidth(), List.of(level));
            var guided = model.guided(lora);
            var plan = HierarchicalPlan.of(
                    model, guided, picture, settings, pyramid, Optional.of(VaeExtent.WHOLE), Long.MAX_VALUE);
            var pipeline = new HierarchicalPipeline(model, guided, device);
            var request = new HierarchicalPipeline.Request(picture, settings.schedule(), settings);
            var latents = pipeline.generate(
                    request, plan, from(given.floats("in.guide_latents")), Onlooker.NONE, Progress.NONE);
            var image = pipeline.decode(latents, plan, Progress.NONE);
            var detail = new StringBuilder();
            append(detail, given, "latents", latents);
            return new Judged(image.psnr(image(given, "out.image")), detail.toString());
        }
    }

    private static Journal from(float[] guide) {
        return new Journal() {
            @Override
            public Optional<Position> start() {
                return Optional.of(new Position(0, 0, guide, new float[0]));
            }

            @Override
            public void reached(Position position) {}
        };
    }

    private static String detail(ParityCase given, PicturePipeline.Result result) {
        var detail = new StringBuilder();
        append(detail, given, "prompt_embeds", result.embeds().tokens());
        append(detail, given, "pooled", result.embeds().pooled());
        append(detail, given, "latents", result.latents());
        return detail.toString();
    }

    private static void append(StringBuilder detail, ParityCase given, String what, float[] mine) {
        if (given.values().tensors().containsKey("out." + what)) {
            detail.append(detail.isEmpty() ? "" : ", ")
                    .append(String.format("%s %.1e", what, Deviation.of(what, mine, given.floats("out." + what))));
        }
    }

    private static GenerationRequest request(ParityCase given) {
        var params = given.params();
        Optional<GenerationRequest.Init> init = params.has("strength")
                ? Optional.of(new GenerationRequest.Init(image(given, "in.image"), params.number("strength")))
                : Optional.empty();
        return new GenerationRequest(
                params.string("prompt"),
                params.string("negative", ""),
                params.number("true_cfg", 1),
                params.integer("width"),
                params.integer("height"),
                params.integer("steps"),
                params.longInteger("seed"),
                params.number("guidance", 3.5),
                params.integer("max_sequence_length"),
                init,
                Optional.of(dtype(params.string("noise_dtype", "float32"))));
    }

    private static DType dtype(String torchName) {
        return switch (torchName) {
            case "float32" -> DType.F32;
            case "float16" -> DType.F16;
            case "bfloat16" -> DType.BF16;
            default -> throw new InputException("noise_dtype " + torchName + ": expected float32, float16 or bfloat16");
        };
    }

    private static RgbImage image(ParityCase given, String tensor) {
        var values = given.values().longs(tensor);
        var rgb = new byte[values.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) values[i];
        }
        return new RgbImage(given.dim(tensor, 1), given.dim(tensor, 0), rgb);
    }
}
