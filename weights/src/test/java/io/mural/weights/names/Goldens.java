package io.mural.weights.names;

import java.nio.file.Path;

/** Where the reference models stand. */
public final class Goldens {
    public static final Path FOLDER = Path.of("..", "goldens");
    public static final Path FLUX1 = FOLDER.resolve("flux1-tiny");
    public static final Path SINGLE_FILES = FOLDER.resolve("single-file");
    static final Path LORAS = FOLDER.resolve("loras");
    public static final Path MODELS = Path.of("..", "models");

    private Goldens() {}
}
