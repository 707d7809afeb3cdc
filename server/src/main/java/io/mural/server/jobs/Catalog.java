package io.mural.server.jobs;

import io.mural.ModelRef;
import io.mural.server.http.Refusal;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Models and LoRAs that the server offers, by name. Requests name them; no path comes in or goes out. */
public final class Catalog {
    private static final Pattern WEIGHTS = Pattern.compile(".*\\.(safetensors|gguf)");

    private final Map<String, ModelRef> models = new LinkedHashMap<>();
    private final Optional<Path> embedded;
    private final Optional<Path> loraFolder;
    private final String usual;

    /**
     * @param models folders and single files; the first is the default
     * @param base for single files: the folder that has what they lack
     * @param folder whose subfolders and files are models, too
     * @param embedded the folder of the embedded model; offered where no model is named
     */
    public Catalog(
            List<Path> models,
            Optional<Path> base,
            Optional<Path> folder,
            Optional<Path> embedded,
            Optional<Path> loraFolder) {
        this.embedded = embedded;
        this.loraFolder = loraFolder;
        if (models.isEmpty()) {
            add(ModelRef.embedded());
        }
        models.forEach(model -> add(new ModelRef(Optional.of(model), base.filter(each -> Files.isRegularFile(model)))));
        folder.ifPresent(each -> modelsOf(each).forEach(model -> add(new ModelRef(Optional.of(model), base))));
        usual = this.models.keySet().iterator().next();
    }

    private void add(ModelRef model) {
        var other = models.putIfAbsent(model.name(), model);
        if (other != null && !other.equals(model)) {
            throw InputException.about(
                    "model", "`model`: two models have the name " + model.name() + "; rename one of the folders");
        }
    }

    private static List<Path> modelsOf(Path folder) {
        return list(folder, "models-dir").stream()
                .filter(each -> Files.isRegularFile(each.resolve("model_index.json"))
                        || WEIGHTS.matcher(each.getFileName().toString()).matches())
                .toList();
    }

    private static List<Path> list(Path folder, String setting) {
        if (!Files.isDirectory(folder)) {
            throw InputException.about(setting, "`" + setting + "`: " + folder + " is no folder");
        }
        try (var files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names of all models. */
    public List<String> models() {
        return List.copyOf(models.keySet());
    }

    /** The model of requests that name none. */
    public String usual() {
        return usual;
    }

    public boolean has(String model) {
        return models.containsKey(model);
    }

    /** A model that must be there. */
    public String require(String model) {
        if (!has(model)) {
            throw new Refusal(
                    Refusal.Reason.NO_MODEL,
                    "model",
                    "there is no model of this name here; choose " + String.join(" or ", models.keySet()));
        }
        return model;
    }

    ModelRef ref(String model) {
        return models.get(require(model));
    }

    Optional<Path> embedded() {
        return embedded;
    }

    /** Where a model is. */
    public Path place(String model) {
        return ref(model).path().or(() -> embedded).orElseThrow();
    }

    /** Names of all LoRAs. */
    public List<String> loras() {
        List<String> names = new ArrayList<>();
        loraFolder.ifPresent(folder -> list(folder, "lora-dir").stream()
                .map(file -> file.getFileName().toString())
                .filter(name -> WEIGHTS.matcher(name).matches())
                .forEach(name -> names.add(name.substring(0, name.lastIndexOf('.')))));
        return names;
    }

    /** The file of a LoRA. */
    Path lora(String name) {
        if (!loras().contains(name)) {
            var there = loras();
            throw new Refusal(
                    Refusal.Reason.INVALID_VALUE,
                    "loras",
                    "there is no LoRA " + name + " here; "
                            + (there.isEmpty()
                                    ? "start the server with lora-dir to offer some"
                                    : "choose " + String.join(" or ", there)));
        }
        return list(loraFolder.orElseThrow(), "lora-dir").stream()
                .filter(file -> file.getFileName().toString().matches(Pattern.quote(name) + "\\.(safetensors|gguf)"))
                .findFirst()
                .orElseThrow();
    }

    /** A message without the places of models and LoRAs. */
    public String hide(String message) {
        var hidden = message;
        for (var model : models.entrySet()) {
            var path = model.getValue().path().or(() -> embedded);
            if (path.isPresent()) {
                hidden = hidden.replace(path.get().toString(), model.getKey());
            }
        }
        return loraFolder.isPresent() ? hidden.replace(loraFolder.get() + "/", "") : hidden;
    }
}
