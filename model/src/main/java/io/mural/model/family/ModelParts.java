package io.mural.model.family;

import io.mural.model.layers.Outside;
import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.ModelFolder;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.names.OtherModels;
import io.mural.weights.names.Weights;
import io.mural.weights.stream.WeightBlocks;
import io.mural.weights.text.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where the parts of a model come from: a diffusers folder, or a single file with a folder for what the file lacks.
 * It owns the mapped files.
 */
final class ModelParts implements AutoCloseable {
    private static final Map<Part, String> COMPONENTS = Map.of(
            Part.TRANSFORMER, "transformer",
            Part.FLUX2_TRANSFORMER, "transformer",
            Part.VAE, "vae",
            Part.CLIP, "text_encoder",
            Part.T5, "text_encoder_2",
            Part.QWEN3, "text_encoder");

    private final Path model;
    private final Optional<Path> base;
    private final Optional<String> variant;
    private final Optional<Checkpoint> single;
    private final Optional<ModelFolder> folder;
    private final Map<Part, Weights> weights = new EnumMap<>(Part.class);
    private final List<Checkpoint> owned = new ArrayList<>();

    /**
     * @param base the folder beside a single file
     * @param variant of a folder's weights; empty for the plain ones
     */
    ModelParts(Path model, Optional<Path> base, Optional<String> variant) {
        this.model = model;
        this.base = base;
        this.variant = variant;
        if (Files.isDirectory(model)) {
            if (base.isPresent()) {
                throw new InputException(model + " is a whole model folder; `base` belongs to a single file");
            }
            single = Optional.empty();
            folder = Optional.of(ModelFolder.open(model));
        } else {
            var checkpoint = Checkpoint.open(model);
            owned.add(checkpoint);
            single = Optional.of(checkpoint);
            folder = base.map(ModelFolder::open);
        }
        variant.ifPresent(this::requireVariant);
    }

    private void requireVariant(String name) {
        if (folder.isEmpty()) {
            throw InputException.about(
                    "variant", "`variant` " + name + ": " + model + " is a single file, which has none; leave it out");
        }
        var from = folder.get();
        if (COMPONENTS.values().stream().noneMatch(component -> from.hasVariant(component, name))) {
            throw InputException.about(
                    "variant",
                    "`variant` " + name + ": " + from.path() + " has no weights named so, as in model." + name
                            + ".safetensors; leave it out for the plain ones");
        }
    }

    /** The folder or file of the model; of a single file with a folder beside it, that folder. */
    private Path place() {
        return base.orElse(model);
    }

    /** Whether the transformer stands in a file of its own, which does not tell what it was trained for. */
    boolean isSingleFile() {
        return single.isPresent();
    }

    /** Whether the folder's index or the model's own name has a word, in whatever letters. */
    boolean isCalled(String word) {
        var names = model.getFileName() + " "
                + (single.isPresent()
                        ? ""
                        : index().map(i -> i.string("_class_name", "")).orElse(""));
        return names.toLowerCase(Locale.ROOT).contains(word.toLowerCase(Locale.ROOT));
    }

    /** The tensors of a part under diffusers' names. */
    Weights weights(Part part) {
        return weights.computeIfAbsent(part, missing -> {
            if (inSingleFile(part)) {
                return KeyStyles.weights(single.orElseThrow(), part);
            }
            var checkpoint = requireFolder(part.words()).checkpoint(COMPONENTS.get(part), variant);
            owned.add(checkpoint);
            return KeyStyles.weights(checkpoint, part);
        });
    }

    /** The config of a part, where a folder has one. */
    Optional<JsonObject> config(Part part) {
        var config = folder.filter(f -> f.has(COMPONENTS.get(part))).map(f -> f.config(COMPONENTS.get(part)));
        config.flatMap(OtherModels::quantization).ifPresent(quantization -> {
            throw new InputException(config.get().source() + ": the " + part.words() + " " + quantization);
        });
        return config;
    }

    Optional<JsonObject> scheduler() {
        return folder.filter(f -> f.has("scheduler")).map(f -> f.config("scheduler"));
    }

    Optional<JsonObject> defaults() {
        return folder.flatMap(ModelFolder::defaults);
    }

    /** The contents of {@code model_index.json}, where a folder has one. */
    Optional<JsonObject> index() {
        return folder.map(ModelFolder::index);
    }

    /** What {@code mural.json} says about the hierarchical method. */
    Optional<JsonObject> hierarchical() {
        return defaults().filter(json -> json.has("hierarchical")).map(json -> json.object("hierarchical"));
    }

    /** The file of the hierarchical LoRA that belongs to the model, where its {@code mural.json} names one. */
    Optional<Path> hierarchicalLora() {
        return hierarchical()
                .filter(json -> json.has("lora"))
                .map(json -> place().resolve(json.string("lora")).normalize());
    }

    /** Bytes of some parts in their files. */
    long bytes(List<Part> of) {
        return of.stream().mapToLong(part -> weights(part).bytes()).sum();
    }

    /** What tells the weights of some parts from others. */
    String fingerprint(List<Part> of) {
        return of.stream().map(part -> weights(part).fingerprint()).collect(Collectors.joining(" "));
    }

    /** The blocks of a transformer, of which both families have two kinds; tokens from outside go through the same. */
    WeightBlocks transformerBlocks(Part transformer) {
        var part = weights(transformer);
        var blocks = new WeightBlocks(part.bytes());
        int number = 0;
        for (var kind : List.of("transformer_blocks", "single_transformer_blocks")) {
            for (int i = 0; i < part.blocks(kind); i++) {
                var name = kind + "." + i;
                blocks.add(part.under(name), name, Outside.unit(number++));
            }
        }
        return blocks;
    }

    Path tokenizer(String name) {
        return requireFolder(name).component(name);
    }

    private boolean inSingleFile(Part part) {
        return single.isPresent() && KeyStyles.parts(single.get()).containsKey(part);
    }

    private ModelFolder requireFolder(String what) {
        return folder.orElseThrow(() -> new InputException(
                model + " holds no " + what + "; give a model folder in diffusers layout that has one by `base`"));
    }

    @Override
    public void close() {
        owned.forEach(Checkpoint::close);
    }
}
