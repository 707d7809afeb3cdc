package io.mural.bench;

import io.mural.model.family.PictureModel;
import io.mural.model.image.RgbImage;
import io.mural.model.pipeline.PicturePipeline;
import io.mural.model.pipeline.Progress;
import io.mural.model.request.GenerationRequest;
import io.mural.tensor.Precision;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.VectorOps;
import io.mural.tensor.cpu.machine.CodeBlocks;
import io.mural.tensor.cpu.machine.Kernels;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a precision costs whole pictures of the embedded model: PSNR to the same pictures in float32, for several prompts.
 *
 * <p>{@code PrecisionError [plain]}. With {@code plain} what this processor has no kernels for is computed by plain loops,
 * which takes minutes a picture; without it, it is left out.
 */
public final class PrecisionError {
    private static final List<String> PROMPTS = List.of(
            "a sunset over purple mountains and a calm sea",
            "a red barn in a snowy field",
            "a bowl of fruit on a wooden table",
            "a city street at night in the rain");

    private PrecisionError() {}

    public static void main(String[] args) {
        boolean plain = List.of(args).contains("plain");
        var own = Kernels.ofThisProcessor();
        var kernels = plain
                ? new Kernels(
                        own.pairs().or(() -> Optional.of(Kernels.plainPairs())),
                        own.blocks().or(() -> Optional.of(Kernels.plainBlocks(CodeBlocks.BYTES))),
                        Optional.empty())
                : own;
        try (var model = PictureModel.open(Path.of("models", "mural-nano"), Optional.empty(), List.of())) {
            for (var prompt : PROMPTS) {
                var exact = picture(model, prompt, Precision.F32, Kernels.NONE);
                var line = new StringBuilder(prompt).append(": dB to float32");
                for (var precision : List.of(Precision.AUTO, Precision.BF16, Precision.INT8)) {
                    boolean there = precision == Precision.INT8
                            ? kernels.blocks().isPresent()
                            : kernels.pairs().isPresent();
                    if (there) {
                        line.append(String.format(
                                Locale.ROOT,
                                ", %s %.1f",
                                precision.key(),
                                exact.psnr(picture(model, prompt, precision, kernels))));
                    }
                }
                System.out.println(line);
            }
        }
    }

    private static RgbImage picture(PictureModel model, String prompt, Precision precision, Kernels kernels) {
        var request = GenerationRequest.of(prompt, model.defaults(), model.nativeGrid(), 1);
        int threads = Runtime.getRuntime().availableProcessors();
        return new PicturePipeline(model, () -> new VectorOps(new Workspace(), threads, precision, kernels))
                .generate(request, Progress.NONE)
                .image();
    }
}
