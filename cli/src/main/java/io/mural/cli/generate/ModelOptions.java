package io.mural.cli.generate;

import io.mural.ModelRef;
import io.mural.Mural;
import io.mural.Recipe;
import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Home;
import io.mural.cli.hub.HubPath;
import io.mural.engine.device.DeviceChoice;
import io.mural.model.request.LoraFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say which model to use, and what to add to it. */
public final class ModelOptions {
    @Option(
            names = "--model",
            paramLabel = "DIR|FILE|ORG/NAME",
            converter = HubPath.class,
            description = "A FLUX.1 or FLUX.2 model: a folder in diffusers layout, a single safetensors or GGUF file,"
                    + " or what 'mural pull' has brought, by its name."
                    + " Default: the embedded mural-nano.")
    private Path model;

    @Option(
            names = "--base",
            paramLabel = "DIR|ORG/NAME",
            converter = HubPath.class,
            description = "For a single file: the model folder that has what the file lacks"
                    + " (text encoders, tokenizers, autoencoder).")
    private Path base;

    @Option(
            names = "--variant",
            paramLabel = "NAME",
            description = "Of a folder, the weights of a variant, such as fp16 for model.fp16.safetensors. Default: the"
                    + " plain ones, or the only ones there are.")
    private String variant;

    @Option(
            names = "--lora",
            paramLabel = "FILE|ORG/NAME[:FILE][:SCALE]",
            converter = LoraOption.class,
            description = "A style LoRA for the transformer, at a scale (default 1). May be given several times.")
    private List<LoraOption.Adapter> loras;

    @Option(
            names = "--lora-mode",
            paramLabel = "MODE",
            description = "adapter: beside the weights, no memory, a little more work a step (default)."
                    + " merge: added into float32 copies of the weights it changes.")
    private LoraMode loraMode;

    boolean isNamed() {
        return model != null;
    }

    ModelRef model(Optional<Recipe> from) {
        if (base != null && model == null) {
            throw new BadUsage("--base belongs to a single file; name that with --model");
        }
        if (model != null) {
            return new ModelRef(Optional.of(model), Optional.ofNullable(base), Optional.ofNullable(variant));
        }
        var before = from.map(Recipe::model).orElse(ModelRef.embedded());
        return variant == null ? before : new ModelRef(before.path(), before.base(), Optional.of(variant));
    }

    List<LoraFile> loras(Optional<Recipe> from) {
        var mode = Optional.ofNullable(loraMode).map(LoraMode::mode);
        List<LoraFile> chosen = new ArrayList<>();
        if (loras != null) {
            loras.forEach(
                    lora -> chosen.add(new LoraFile(lora.file(), lora.scale(), mode.orElse(LoraFile.Mode.ADAPTER))));
        } else {
            from.map(Recipe::loras)
                    .orElse(List.of())
                    .forEach(lora -> chosen.add(new LoraFile(lora.file(), lora.scale(), mode.orElse(lora.mode()))));
        }
        if (loraMode != null && chosen.isEmpty()) {
            throw new BadUsage("--lora-mode has no effect without --lora");
        }
        return chosen;
    }

    /** Opens the model of the options, else that of the recipe, else the embedded one. */
    public Mural open(Optional<Recipe> from, DeviceChoice device) {
        var place = model(from);
        var builder = Mural.builder().device(device);
        place.path().ifPresentOrElse(builder::model, () -> builder.embedded(Home.model()));
        place.base().ifPresent(builder::base);
        place.variant().ifPresent(builder::variant);
        loras(from).forEach(builder::lora);
        return builder.open();
    }
}
