package io.mural.nano;

import io.mural.engine.EmbeddedModel;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** The embedded model, mural-nano, in the user's cache folder. */
public final class NanoModel implements EmbeddedModel {
    private static final String NAME = "mural-nano";

    @Override
    public Path folder() {
        var cache = cache(System.getenv(), System.getProperty("os.name"), Path.of(System.getProperty("user.home")));
        return Unpacking.of(NanoModel.class).into(cache.resolve("mural")).resolve(NAME);
    }

    /** Where a user's programs keep what they can make again, on each system. */
    static Path cache(Map<String, String> environment, String system, Path home) {
        var name = system.toLowerCase(Locale.ROOT);
        var variable = name.startsWith("windows") ? "LOCALAPPDATA" : "XDG_CACHE_HOME";
        var given = environment.getOrDefault(variable, "");
        if (!given.isBlank()) {
            return Path.of(given).toAbsolutePath();
        }
        return home.resolve(name.startsWith("mac") ? "Library/Caches" : ".cache")
                .toAbsolutePath();
    }
}
