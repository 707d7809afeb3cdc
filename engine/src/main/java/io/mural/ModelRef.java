package io.mural;

import io.mural.engine.hub.HubName;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which model a picture is made with.
 *
 * @param path folder or single file as the user wrote it; empty for the embedded model
 * @param base for a single file, the folder with what it lacks
 * @param variant of a folder's weights, such as {@code fp16} for {@code X.fp16.safetensors}; empty for the plain ones
 */
public record ModelRef(Optional<Path> path, Optional<Path> base, Optional<String> variant) {
    private static final String EMBEDDED = "mural-nano";

    /** With the plain files of weights. */
    public ModelRef(Optional<Path> path, Optional<Path> base) {
        this(path, base, Optional.empty());
    }

    /** The embedded model. */
    public static ModelRef embedded() {
        return new ModelRef(Optional.empty(), Optional.empty());
    }

    /** The last name of its path, without the ending of a single file; of a pulled model the name it has on the hub. */
    public String name() {
        if (path.isEmpty()) {
            return EMBEDDED;
        }
        var pulled = HubName.of(path.get()).filter(hub -> hub.file().isEmpty());
        if (pulled.isPresent()) {
            return pulled.get().name();
        }
        var last = path.get().toAbsolutePath().normalize().getFileName();
        var name = last == null ? path.get().toString() : last.toString();
        return name.replaceFirst("\\.(safetensors|gguf)$", "");
    }
}
