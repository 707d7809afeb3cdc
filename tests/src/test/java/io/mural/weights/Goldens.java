package io.mural.weights;

import java.nio.file.Path;

/** Where the reference models stand. */
final class Goldens {
    static final Path FOLDER = Path.of("..", "goldens");
    static final Path FLUX1 = FOLDER.resolve("flux1-tiny");
    static final Path SINGLE_FILES = FOLDER.resolve("single-file");
    static final Path LORAS = FOLDER.resolve("loras");
    static final Path MODELS = Path.of("..", "models");

    private Goldens() {}
}
