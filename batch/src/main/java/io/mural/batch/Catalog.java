package io.mural.batch;

import io.mural.ModelRef;
import io.mural.batch.Row.LoraUse;
import io.mural.model.request.LoraFile;
import io.mural.tensor.InputException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a table's names stand for.
 *
 * @param models by name, in order; the first is the job's
 * @param loras files by name
 * @param fetch finds the files that the table names
 */
public record Catalog(Map<String, ModelRef> models, Map<String, Path> loras, Fetch fetch) {
    public Catalog {
        models = Collections.unmodifiableMap(new LinkedHashMap<>(models));
        loras = Map.copyOf(loras);
    }

    /** @param folder where relative files of the table are: the table's own folder */
    public Catalog(Map<String, ModelRef> models, Map<String, Path> loras, Path folder) {
        this(models, loras, text -> local(folder, text));
    }

    /** A model with LoRAs: what is opened at once. */
    public record Setup(ModelRef model, List<LoraFile> loras) {}

    Setup setup(Row.Sources sources) {
        List<LoraFile> files = new ArrayList<>();
        for (var use : sources.loras()) {
            files.add(new LoraFile(lora(use), use.scale(), LoraFile.Mode.ADAPTER));
        }
        return new Setup(model(sources.model()), files);
    }

    private ModelRef model(Optional<String> name) {
        if (name.isEmpty()) {
            return models.values().iterator().next();
        }
        var model = models.get(name.get());
        if (model == null) {
            throw InputException.about(
                    "model",
                    "no model is named " + name.get() + "; there are " + String.join(", ", models.keySet())
                            + "; name others by `model` NAME=FOLDER");
        }
        return model;
    }

    private Path lora(LoraUse use) {
        var file = loras.containsKey(use.name()) ? loras.get(use.name()) : file(use.name());
        if (!Files.isRegularFile(file)) {
            throw InputException.about(
                    "loras",
                    "no LoRA is named " + use.name() + " and " + file + " is no file; name it by `lora` NAME=FILE");
        }
        return file;
    }

    /** A file that the table names: a path, seen from the table's folder, or a {@code file:} URI. */
    Path file(String text) {
        return fetch.file(text);
    }

    private static Path local(Path folder, String text) {
        try {
            return text.startsWith("file:") ? Path.of(URI.create(text)) : folder.resolve(text);
        } catch (IllegalArgumentException e) {
            throw InputException.about("table", text + ": no path on this system; give a path or a file: URI", e);
        }
    }
}
