package io.mural.weights.file;

import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import io.mural.weights.text.Shown;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model in diffusers' folder layout: {@code model_index.json} beside one folder a component, each with its
 * configuration and its weights. A {@code mural.json} with generation defaults may stand there too.
 */
public final class ModelFolder {
    private static final String INDEX = "model_index.json";
    private static final String DEFAULTS = "mural.json";

    private final Path root;
    private final JsonObject index;

    private ModelFolder(Path root, JsonObject index) {
        this.root = root;
        this.index = index;
    }

    /** Whether {@code path} is a folder of this layout. */
    public static boolean isOne(Path path) {
        return Files.isRegularFile(path.resolve(INDEX));
    }

    /** Opens a folder; {@link InputException} says what is missing. */
    public static ModelFolder open(Path root) {
        if (!Files.exists(root)) {
            throw new InputException(root + ": no such folder");
        }
        if (!isOne(root)) {
            throw new InputException(root + ": is no model folder, it holds no " + INDEX
                    + "; give the folder that does, as downloaded in diffusers layout");
        }
        return new ModelFolder(root, Json.read(root.resolve(INDEX)));
    }

    public Path path() {
        return root;
    }

    /** The contents of {@code model_index.json}. */
    public JsonObject index() {
        return index;
    }

    /** The class that the index names for a component, such as {@code FluxTransformer2DModel}; empty where none is. */
    public Optional<String> className(String component) {
        if (!index.has(component)) {
            return Optional.empty();
        }
        Object entry = index.asMap().get(component);
        if (entry instanceof List<?> names && names.size() == 2) {
            // [null, null] marks an optional component that this model does without.
            return names.get(1) == null
                    ? Optional.empty()
                    : Optional.of(names.get(1).toString());
        }
        throw index.error(component, "should be a library and a class, as in [\"diffusers\", \"AutoencoderKL\"]");
    }

    public boolean has(String component) {
        return Files.isDirectory(root.resolve(component));
    }

    /** The folder of a component; {@link InputException} when it is not there. */
    public Path component(String component) {
        Path folder = root.resolve(component);
        if (!Files.isDirectory(folder)) {
            throw new InputException(
                    root + ": the folder " + Shown.quoted(component) + " is missing; download the whole model again");
        }
        return folder;
    }

    /** The component's {@code config.json}; the scheduler's is {@code scheduler_config.json}. */
    public JsonObject config(String component) {
        return Json.read(file(component, component.equals("scheduler") ? "scheduler_config.json" : "config.json"));
    }

    /** A file of a component, such as a tokenizer's {@code vocab.json}; {@link InputException} when it is not there. */
    public Path file(String component, String name) {
        Path file = component(component).resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new InputException(
                    file + ": is missing; download the model's folder " + Shown.quoted(component) + " again");
        }
        return file;
    }

    /** Opens the component's weights: a single file, shards, or the only variant of them. */
    public Checkpoint checkpoint(String component) {
        return Checkpoint.open(component(component));
    }

    /** As the other; those of a variant, such as {@code fp16}, where the component has that. */
    public Checkpoint checkpoint(String component, Optional<String> variant) {
        return Checkpoint.open(component(component), variant);
    }

    /** Whether a component has weights of a variant, such as {@code X.fp16.safetensors}. */
    public boolean hasVariant(String component, String variant) {
        return has(component) && WeightFiles.variants(component(component)).contains(variant);
    }

    /** The model's own generation defaults, where {@code mural.json} gives them. */
    public Optional<JsonObject> defaults() {
        Path file = root.resolve(DEFAULTS);
        return Files.exists(file) ? Optional.of(Json.read(file)) : Optional.empty();
    }
}
