package io.mural.model.family;

import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.ModelFolder;
import io.mural.weights.names.KeyStyles;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.names.Weights;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Where the parts of a Wan model stand: a folder in diffusers' layout, the authors' own folder, ComfyUI's folders of one
 * file a part, or a single file with such a folder beside it. It owns the mapped files.
 */
final class WanFiles implements AutoCloseable {
    private static final Map<Part, String> DIFFUSERS =
            Map.of(Part.WAN_TRANSFORMER, "transformer", Part.WAN_VAE, "vae", Part.UMT5, "text_encoder");
    private static final Map<Part, String> REPACKAGED =
            Map.of(Part.WAN_TRANSFORMER, "diffusion_models", Part.WAN_VAE, "vae", Part.UMT5, "text_encoders");
    /** What the authors' files begin with; the published ones are pickles that have to be converted. */
    private static final Map<Part, String> ORIGINAL = Map.of(
            Part.WAN_TRANSFORMER, "diffusion_pytorch_model", Part.WAN_VAE, "Wan2.1_VAE", Part.UMT5, "models_t5_umt5");

    private final WanSource source;
    private final Map<Part, Checkpoint> opened = new EnumMap<>(Part.class);
    private final Map<Part, Weights> weights = new EnumMap<>(Part.class);

    WanFiles(WanSource source) {
        this.source = source;
        for (var root : source.folders()) {
            if (ModelFolder.isOne(root)) {
                requireTextToVideo(ModelFolder.open(root));
            }
        }
    }

    private static void requireTextToVideo(ModelFolder folder) {
        String pipeline = folder.index().string("_class_name");
        if (pipeline.startsWith("Flux")) {
            throw new InputException(folder.path() + ": is a model for " + pipeline
                    + ", which makes pictures; use \"mural generate\" with it");
        }
        if (!pipeline.equals("WanPipeline")) {
            throw new InputException(folder.path() + ": is a model for " + pipeline
                    + "; \"mural video\" makes videos from text with WanPipeline's models");
        }
        if (folder.className("transformer_2").isPresent()) {
            throw new InputException(
                    folder.path() + ": has a transformer_2, as Wan 2.2's models have; mural knows Wan 2.1");
        }
    }

    /** The tensors of a part under diffusers' and transformers' names. */
    Weights weights(Part part) {
        return weights.computeIfAbsent(part, missing -> KeyStyles.weights(checkpoint(part), part));
    }

    /** Whether the single file of the model holds the part. */
    private boolean inSingleFile(Part part) {
        return source.file().isPresent() && KeyStyles.parts(single()).containsKey(part);
    }

    private Checkpoint single() {
        return opened.computeIfAbsent(
                Part.WAN_TRANSFORMER, part -> Checkpoint.open(source.file().orElseThrow()));
    }

    private Checkpoint checkpoint(Part part) {
        return opened.computeIfAbsent(part, missing -> {
            var given = Optional.ofNullable(source.parts().get(part));
            if (given.isEmpty() && inSingleFile(part)) {
                return single();
            }
            return Checkpoint.open(given.or(() -> inFolders(part)).orElseThrow(() -> absent(part)));
        });
    }

    private InputException absent(Part part) {
        return new InputException(source.model() + " holds no " + part.words()
                + "; give a folder that has one as the model's base, or the file itself");
    }

    private Optional<Path> inFolders(Part part) {
        return source.folders().stream()
                .flatMap(root -> inFolder(root, part).stream())
                .findFirst();
    }

    private Optional<Path> inFolder(Path root, Part part) {
        var diffusers = root.resolve(DIFFUSERS.get(part));
        if (ModelFolder.isOne(root)) {
            return Optional.of(diffusers).filter(Files::isDirectory);
        }
        for (var folder : List.of(root.resolve("split_files"), root)) {
            var repackaged = folder.resolve(REPACKAGED.get(part));
            if (Files.isDirectory(repackaged)) {
                return Optional.of(only(repackaged, file -> true, part)).filter(Files::exists);
            }
        }
        String start = ORIGINAL.get(part);
        if (names(root).stream().noneMatch(name -> name.startsWith(start))) {
            return Optional.empty();
        }
        if (part == Part.WAN_TRANSFORMER) {
            return Optional.of(root);
        }
        return Optional.of(only(root, name -> name.startsWith(start), part));
    }

    /** The one file of weights that fits; pickles are only named, with what to do. */
    private static Path only(Path folder, Predicate<String> fits, Part part) {
        var names = names(folder).stream().filter(fits).toList();
        var files = names.stream()
                .filter(name -> name.endsWith(".safetensors") || name.endsWith(".gguf"))
                .toList();
        if (files.size() == 1) {
            return folder.resolve(files.getFirst());
        }
        if (files.size() > 1) {
            throw new InputException(folder + ": several files may be the " + part.words() + " ("
                    + String.join(", ", files) + "); name the one to use");
        }
        var pickles = names.stream().filter(name -> name.endsWith(".pth")).toList();
        if (pickles.isEmpty()) {
            throw new InputException(folder + ": holds no .safetensors or .gguf file of the " + part.words());
        }
        var pickle = folder.resolve(pickles.getFirst());
        throw new InputException(pickle + ": is a Python pickle, which mural never opens as a model; turn it into a"
                + " .safetensors file beside it with \"mural convert " + pickle + " "
                + pickle.toString().replaceFirst("\\.pth$", ".safetensors") + "\"");
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be read: " + Shown.reason(e), e);
        }
    }

    /** The config of a part, where a folder has one. */
    Optional<JsonObject> config(Part part) {
        for (var root : source.folders()) {
            var folder = ModelFolder.isOne(root) ? root.resolve(DIFFUSERS.get(part)) : root;
            var file = folder.resolve("config.json");
            boolean own = ModelFolder.isOne(root) || part == Part.WAN_TRANSFORMER;
            if (own && Files.isRegularFile(file)) {
                var json = Json.read(file);
                // The authors' config.json names the same sizes otherwise; they follow from the weights.
                if (ModelFolder.isOne(root) || json.has("num_attention_heads")) {
                    return Optional.of(json);
                }
            }
        }
        return Optional.empty();
    }

    Optional<JsonObject> scheduler() {
        return source.folders().stream()
                .map(root -> root.resolve("scheduler").resolve("scheduler_config.json"))
                .filter(Files::isRegularFile)
                .findFirst()
                .map(Json::read);
    }

    /** The model's own generation defaults, where {@code mural.json} gives them. */
    Optional<JsonObject> defaults() {
        return source.folders().stream()
                .map(root -> root.resolve("mural.json"))
                .filter(Files::isRegularFile)
                .findFirst()
                .map(Json::read);
    }

    /** What tells the files of all parts from others. */
    String fingerprint() {
        var all = new StringBuilder();
        for (var part : List.of(Part.UMT5, Part.WAN_TRANSFORMER, Part.WAN_VAE)) {
            all.append(' ').append(checkpoint(part).fingerprint());
        }
        return all.toString();
    }

    /** The folder of the tokenizer. */
    Path tokenizer() {
        var places = new ArrayList<Path>();
        for (var root : source.folders()) {
            places.add(root.resolve("tokenizer"));
            places.add(root.resolve("google").resolve("umt5-xxl"));
        }
        return places.stream()
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow(() -> new InputException(source.model()
                        + " holds no tokenizer; give a folder that has tokenizer/ or google/umt5-xxl/"
                        + " as the model's base"));
    }

    /** Closes the files of a part that nothing else stands in; its weights are not valid any more. */
    void close(Part part) {
        weights.remove(part);
        var checkpoint = opened.remove(part);
        if (checkpoint != null && !opened.containsValue(checkpoint)) {
            checkpoint.close();
        }
    }

    @Override
    public void close() {
        List.copyOf(opened.keySet()).forEach(this::close);
    }
}
