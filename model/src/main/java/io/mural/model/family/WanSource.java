package io.mural.model.family;

import io.mural.tensor.InputException;
import io.mural.weights.names.KeyStyles.Part;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a user names of a video model.
 *
 * @param model a folder, or a single file of the transformer
 * @param base for a single file: a folder that has what the file lacks
 * @param parts files that go before what the folders hold
 */
public record WanSource(Path model, Optional<Path> base, Map<Part, Path> parts) {
    public WanSource {
        parts = Map.copyOf(parts);
        if (!Files.exists(model)) {
            throw new InputException(model + ": no such model; give a folder, a safetensors or a GGUF file");
        }
        if (base.isPresent() && !Files.isDirectory(base.get())) {
            throw new InputException(base.get() + ": no such folder");
        }
    }

    public static WanSource of(Path model) {
        return new WanSource(model, Optional.empty(), Map.of());
    }

    /** The model's single file, if it is one. */
    Optional<Path> file() {
        return Optional.of(model).filter(Files::isRegularFile);
    }

    /** The folders to look for parts in, in order. */
    List<Path> folders() {
        var folders = new ArrayList<Path>();
        if (Files.isDirectory(model)) {
            folders.add(model);
        }
        base.ifPresent(folders::add);
        return folders;
    }
}
