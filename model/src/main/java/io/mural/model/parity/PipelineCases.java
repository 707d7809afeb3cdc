package io.mural.model.parity;

import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.Flux1Model;
import io.mural.model.pipeline.Flux1Pipeline;
import io.mural.model.pipeline.GenerationRequest;
import io.mural.model.pipeline.Progress;
import io.mural.model.pipeline.VaeExtent;
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
            var result = new Flux1Pipeline(model, device).generate(request, schedule, VaeExtent.WHOLE, Progress.NONE);
            return new Judged(result.image().psnr(image(given, "out.image")), detail(given, result));
        }
    }

    private static String detail(ParityCase given, Flux1Pipeline.Result result) {
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
