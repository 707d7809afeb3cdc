package io.mural.cli.console;

import io.mural.tensor.InputException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where mural's own files are: the folder that holds {@code models}. */
public final class Home {
    private static final String MODEL = "mural-nano";

    private Home() {}

    /** The embedded model, which is used where none is named. */
    public static Path model() {
        var home = System.getProperty("mural.home");
        if (home != null) {
            return require(Path.of(home).resolve("models").resolve(MODEL));
        }
        // Started without the launcher: look in the folders around the jar or the classes.
        var place = Path.of(System.getProperty("java.class.path").split(File.pathSeparator)[0])
                .toAbsolutePath();
        for (var folder = place.getParent(); folder != null; folder = folder.getParent()) {
            var model = folder.resolve("models").resolve(MODEL);
            if (Files.isDirectory(model)) {
                return model;
            }
        }
        throw new InputException("the embedded model " + MODEL + " is not beside " + place
                + "; start mural with its launcher, or name a model with --model");
    }

    private static Path require(Path model) {
        if (!Files.isDirectory(model)) {
            throw new InputException("the embedded model is missing at " + model + "; name a model with --model");
        }
        return model;
    }
}
