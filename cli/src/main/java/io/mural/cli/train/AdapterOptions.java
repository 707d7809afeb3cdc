package io.mural.cli.train;

import io.mural.cli.console.BadUsage;
import io.mural.tensor.DType;
import io.mural.train.files.LoraFiles;
import io.mural.train.files.LoraFormat;
import io.mural.train.job.Kind;
import io.mural.train.job.Request;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say which weights are trained and how they are written. */
final class AdapterOptions {
    private static final int RANK = 16;

    /** The formats that LoRAs are written in. */
    private enum SaveDtype {
        F32,
        F16,
        BF16
    }

    @Option(names = "--rank", paramLabel = "R", description = "Of a new LoRA. Default: 16.")
    private Integer rank;

    @Option(names = "--alpha", paramLabel = "A", description = "A LoRA counts alpha / rank times. Default: the rank.")
    private Double alpha;

    @Option(
            names = "--targets",
            paramLabel = "NAMES",
            description = "Layers: all, attention, image, everything, official, qkv, or names with *, separated by"
                    + " commas. Default: all; for guide official. For full: transformer, or names with *.")
    private String targets;

    @Option(names = "--from", paramLabel = "FILE", description = "A LoRA whose training goes on.")
    private Path from;

    @Option(
            names = "--format",
            paramLabel = "peft|kohya",
            description = "In whose spelling the LoRA is written. Default: peft.")
    private LoraFormat format;

    @Option(names = "--save-dtype", paramLabel = "f32|f16|bf16", description = "Of the LoRA's file. Default: bf16.")
    private SaveDtype dtype;

    @Option(
            names = "--plain",
            description = "Multiplies alpha / rank into the matrices, for readers that know no alpha.")
    private boolean plain;

    Request.Adapter adapter(Kind kind) {
        boolean lora = rank != null || alpha != null || from != null || format != null || dtype != null || plain;
        if (kind == Kind.FULL && lora) {
            throw new BadUsage("--rank, --alpha, --from, --format, --save-dtype and --plain are for LoRAs;"
                    + " the job full trains the weights themselves");
        }
        if (from != null && (rank != null || alpha != null || targets != null)) {
            throw new BadUsage("--from takes rank, alpha and layers of the LoRA it goes on with;"
                    + " leave --rank, --alpha and --targets away");
        }
        int chosen = rank == null ? RANK : rank;
        if (chosen < 1 || alpha != null && !(alpha > 0)) {
            throw new BadUsage("--rank and --alpha must be positive");
        }
        var usual = switch (kind) {
            case STYLE -> "all";
            case GUIDE -> "official";
            case FULL -> "transformer";
        };
        return new Request.Adapter(
                chosen,
                alpha == null ? chosen : alpha,
                targets == null ? usual : targets,
                Optional.ofNullable(from),
                new LoraFiles.Style(
                        format == null ? LoraFormat.PEFT : format,
                        dtype == null ? DType.BF16 : DType.valueOf(dtype.name()),
                        plain));
    }
}
