package io.mural.model.parity;

import io.mural.model.edit.Mask;
import io.mural.model.family.Flux1Model;
import io.mural.model.family.Flux2Model;
import io.mural.model.family.PictureModel;
import io.mural.model.flux1.Flux1Config;
import io.mural.model.image.GrayImage;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.Onlooker;
import io.mural.model.pipeline.PicturePipeline;
import io.mural.model.pipeline.Progress;
import io.mural.model.request.Editing;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.GenerationRequest.Init;
import io.mural.model.request.GenerationRequest.Inputs;
import io.mural.model.sampling.FlowMatchSchedule;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.Ops;
import io.mural.weights.text.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Pictures made from other pictures, as diffusers' pipelines make them. */
final class EditingCases {
    private final Supplier<Ops> device;

    EditingCases(Supplier<Ops> device) {
        this.device = device;
    }

    /**
     * @param psnr of the 8-bit picture, dB
     * @param latents error of the finished latents, 0 where the case has none
     */
    record Judged(double psnr, double latents, String detail) {}

    Judged flux1(ParityCase given) {
        try (var model = flux1Model(given)) {
            var request = request(given, model);
            // Cases follow the scheduler's own formula, not the bounds that mural.json sets for users.
            var schedule = model.scheduler()
                    .schedule(request.sampling().steps(), request.grid().tokens(), Double.POSITIVE_INFINITY);
            return judge(given, model, request, schedule, latents -> latents);
        }
    }

    Judged flux2(ParityCase given) {
        try (var model = new Flux2Model(given.model(), Optional.empty(), List.of())) {
            var request = request(given, model);
            return judge(
                    given,
                    model,
                    request,
                    model.schedule(request),
                    latents -> PipelineCases.flux2Latents(model, request, latents));
        }
    }

    private interface Form {
        float[] of(float[] latents);
    }

    private Judged judge(
            ParityCase given, PictureModel model, GenerationRequest request, FlowMatchSchedule schedule, Form form) {
        var result = new PicturePipeline(model, device)
                .generate(request, schedule, VaeExtent.WHOLE, Onlooker.NONE, Progress.NONE);
        double latents =
                given.has("out.latents") ? given.deviation(Map.of("latents", () -> form.of(result.latents()))) : 0;
        return new Judged(
                PipelineCases.psnr(given, result.image()),
                latents,
                String.format(Locale.ROOT, "latents %.1e", latents));
    }

    /** A folder with a transformer alone takes all else from {@code base}. */
    private static Flux1Model flux1Model(ParityCase given) {
        var params = given.params();
        var model = given.model();
        if (!params.has("base")) {
            return new Flux1Model(model, Optional.empty(), List.of(), Optional.empty());
        }
        var base = Optional.of(given.resolve(params.string("base")));
        var folder = model.resolve("transformer");
        if (!Files.isDirectory(folder)) {
            return new Flux1Model(model, base, List.of(), Optional.empty());
        }
        var config = Flux1Config.of(Json.read(folder.resolve("config.json")));
        return new Flux1Model(weights(folder), base, List.of(), Optional.of(config));
    }

    private static Path weights(Path folder) {
        var index = folder.resolve("diffusion_pytorch_model.safetensors.index.json");
        return Files.exists(index) ? index : folder.resolve("diffusion_pytorch_model.safetensors");
    }

    private static GenerationRequest request(ParityCase given, PictureModel model) {
        var params = given.params();
        Optional<Init> init = given.has("in.image")
                ? Optional.of(new Init(PipelineCases.image(given, "in.image"), params.number("strength", 1)))
                : Optional.empty();
        Optional<Mask> mask = given.has("in.mask") ? Optional.of(new Mask(gray(given))) : Optional.empty();
        Optional<RgbImage> control =
                given.has("in.control") ? Optional.of(PipelineCases.image(given, "in.control")) : Optional.empty();
        double guidance = params.number("guidance", 3.5);
        boolean classifierFree = params.has("distilled") && !params.bool("distilled", true);
        var editing = new Editing(mask, control, Editing.Start.DRAWN, Editing.References.EACH_STEP);
        return PipelineCases.request(
                given,
                model,
                guidance,
                classifierFree ? guidance : params.number("true_cfg", 1),
                new Inputs(init, references(given), editing));
    }

    /** As they stand in the case: what a pipeline does to sizes has been done. */
    private static List<RgbImage> references(ParityCase given) {
        var references = new ArrayList<RgbImage>();
        if (given.has("in.reference")) {
            references.add(PipelineCases.image(given, "in.reference"));
        }
        for (int i = 0; given.has("in.reference_" + i); i++) {
            references.add(PipelineCases.image(given, "in.reference_" + i));
        }
        return references;
    }

    private static GrayImage gray(ParityCase given) {
        int[] values = given.ids("in.mask");
        var gray = new byte[values.length];
        for (int i = 0; i < gray.length; i++) {
            gray[i] = (byte) values[i];
        }
        return new GrayImage(given.dim("in.mask", 1), given.dim("in.mask", 0), gray);
    }
}
