package io.mural.bench;

import io.mural.Mural;
import io.mural.Request;
import io.mural.engine.device.DeviceChoice;
import io.mural.model.image.RgbImage;
import io.mural.tensor.Precision;
import io.mural.tensor.WeightStorage;
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

    private static final Path NANO = Path.of("models", "mural-nano");

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
        for (var prompt : PROMPTS) {
            var exact = picture(prompt, Precision.F32, Kernels.NONE);
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
                            exact.psnr(picture(prompt, precision, kernels))));
                }
            }
            System.out.println(line);
        }
    }

    private static RgbImage picture(String prompt, Precision precision, Kernels kernels) {
        int threads = Runtime.getRuntime().availableProcessors();
        var device = new DeviceChoice(
                "cpu",
                threads,
                Optional.empty(),
                precision,
                WeightStorage.USUAL,
                0,
                precision == Precision.BF16,
                () -> new VectorOps(new Workspace(), threads, precision, kernels));
        try (var mural = Mural.builder().model(NANO).device(device).open()) {
            return mural.generate(Request.of(prompt).seed(1).build()).image();
        }
    }
}
