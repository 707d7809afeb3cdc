package io.mural.engine.hub;

import io.mural.tensor.InputException;
import io.mural.weights.file.WeightFiles;
import io.mural.weights.text.Shown;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Which of a model's files mural reads: the others, often several times as large, stay where they are. */
final class ModelFiles {
    private static final String INDEX = "model_index.json";
    private static final Set<String> TOP = Set.of(INDEX, "mural.json");
    private static final Set<String> COMPONENTS =
            Set.of("transformer", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "vae", "scheduler");
    /** What configures a component or is a tokenizer; indexes of weights are chosen with their weights. */
    private static final Set<String> SMALL = Set.of(
            "config.json",
            "scheduler_config.json",
            "vocab.json",
            "merges.txt",
            "spiece.model",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json");

    private ModelFiles() {}

    /** The files to have; {@link InputException} says what to name where that is not clear. */
    static List<HubFile> of(HubName model, List<HubFile> all) {
        if (model.file().isPresent()) {
            return single(model, all);
        }
        if (all.stream().noneMatch(file -> file.path().equals(INDEX))) {
            return onlyOne(model, all);
        }
        List<HubFile> chosen = new ArrayList<>(select(all, file -> TOP.contains(file.path())));
        for (var component : COMPONENTS) {
            var files = select(all, file -> file.folder().equals(component));
            chosen.addAll(select(files, file -> SMALL.contains(file.last())));
            chosen.addAll(weights(model, component, files));
        }
        chosen.sort(Comparator.comparing(HubFile::path));
        return chosen;
    }

    private static List<HubFile> single(HubName model, List<HubFile> all) {
        var wanted = model.file().orElseThrow();
        var found = select(all, file -> file.path().equals(wanted));
        if (!found.isEmpty()) {
            return found;
        }
        var weights = paths(select(all, file -> isWeights(file.path())));
        throw new InputException(
                model + ": the model has no such file" + (weights.isEmpty() ? "" : "; it has " + Shown.few(weights)));
    }

    /** A LoRA, or a single file of weights, is clear where it is the only one. */
    private static List<HubFile> onlyOne(HubName model, List<HubFile> all) {
        var weights = select(all, file -> isWeights(file.path()));
        if (weights.size() == 1) {
            return weights;
        }
        throw new InputException(
                weights.isEmpty()
                        ? model + ": holds neither a " + INDEX
                                + " nor .safetensors or .gguf files, so nothing that mural"
                                + " reads; look for the model in diffusers layout"
                        : model + ": holds several files of weights; name one, as in " + model + ":"
                                + weights.getFirst().path() + " (there are " + Shown.few(paths(weights)) + ")");
    }

    /** The weights that would be opened: the plain ones before a variant, shards with their index. */
    private static List<HubFile> weights(HubName model, String component, List<HubFile> files) {
        var names = files.stream().map(HubFile::last).toList();
        if (names.stream().noneMatch(ModelFiles::isWeights)) {
            return List.of();
        }
        Optional<String> chosen = WeightFiles.among(names);
        if (chosen.isEmpty()) {
            throw new InputException(model + ": " + component + " holds several variants of its weights ("
                    + Shown.few(select(files, file -> isWeights(file.path())).stream()
                            .map(HubFile::last)
                            .toList())
                    + ") and none that goes before; name a single file, as in " + model + ":FILE");
        }
        var shards = WeightFiles.shardsOf(chosen.get(), names);
        return select(files, file -> file.last().equals(chosen.get()) || shards.contains(file.last()));
    }

    static boolean isWeights(String path) {
        return path.endsWith(".safetensors") || path.endsWith(".gguf");
    }

    private static List<HubFile> select(List<HubFile> files, Predicate<HubFile> wanted) {
        return files.stream().filter(wanted).toList();
    }

    private static List<String> paths(List<HubFile> files) {
        return files.stream().map(HubFile::path).toList();
    }
}
