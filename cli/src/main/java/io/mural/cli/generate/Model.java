package io.mural.cli.generate;

import io.mural.cli.console.Home;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which model a picture is made with.
 *
 * @param path folder or single file as the user wrote it; empty for the embedded model
 * @param base for a single file, the folder with what it lacks
 */
record Model(Optional<Path> path, Optional<Path> base) {
    Path place() {
        return path.orElseGet(Home::model);
    }

    /** The last name of its path, without the ending of a single file. */
    String name() {
        var last = place().toAbsolutePath().normalize().getFileName();
        var name = last == null ? place().toString() : last.toString();
        return name.replaceFirst("\\.(safetensors|gguf)$", "");
    }
}
