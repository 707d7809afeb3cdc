package io.mural.model.family;

import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.ModelFolder;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.names.Lora;
import io.mural.weights.names.OtherModels;
import java.nio.file.Files;
import java.nio.file.Path;

/** The families of models, told apart before anything else of them is read. */
public enum Architecture {
    FLUX1("FLUX.1"),
    FLUX2("FLUX.2");

    private static final String MAKES_VIDEOS = "is a Wan model, which makes videos; use \"mural video\" with it";

    private final String words;

    Architecture(String words) {
        this.words = words;
    }

    /** What it is called in messages. */
    public String words() {
        return words;
    }

    /**
     * The family of a folder in diffusers layout, by the pipeline its index names, or of a single file, by its tensors.
     * {@link InputException} when it is of no family known here.
     */
    public static Architecture of(Path model) {
        if (!Files.exists(model)) {
            throw new InputException(
                    model + ": no such model; give a folder in diffusers layout, a safetensors or a GGUF file");
        }
        return Files.isDirectory(model) ? of(ModelFolder.open(model)) : ofFile(model);
    }

    /** As {@link #of(Path)}. */
    public static Architecture of(ModelFolder folder) {
        var pipeline = folder.index().string("_class_name");
        OtherModels.pipeline(pipeline).ifPresent(other -> {
            throw new InputException(folder.path() + ": is " + other + " (" + pipeline
                    + "); mural does not run it, give a FLUX.1 or FLUX.2 model");
        });
        if (pipeline.startsWith("Flux2")) {
            return FLUX2;
        }
        if (pipeline.startsWith("Flux")) {
            return FLUX1;
        }
        if (pipeline.startsWith("Wan")) {
            throw new InputException(folder.path() + ": " + MAKES_VIDEOS);
        }
        throw new InputException(folder.path() + ": is a model for " + pipeline + "; mural knows FLUX.1 and FLUX.2");
    }

    private static Architecture ofFile(Path file) {
        try (var checkpoint = Checkpoint.open(file)) {
            return of(checkpoint);
        }
    }

    /** As {@link #of(Path)}. */
    public static Architecture of(Checkpoint checkpoint) {
        var parts = KeyStyles.parts(checkpoint);
        if (parts.containsKey(Part.FLUX2_TRANSFORMER)) {
            return FLUX2;
        }
        if (parts.containsKey(Part.TRANSFORMER)) {
            return FLUX1;
        }
        if (parts.containsKey(Part.WAN_TRANSFORMER)) {
            throw new InputException(checkpoint.source() + ": " + MAKES_VIDEOS);
        }
        throw new InputException(checkpoint.source() + ": holds no FLUX transformer"
                + (Lora.isOne(checkpoint) ? " but a LoRA; give it with `lora`" : KeyStyles.instead(checkpoint)));
    }
}
