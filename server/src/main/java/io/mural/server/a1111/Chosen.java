package io.mural.server.a1111;

import io.mural.server.http.BodyFields;
import io.mural.server.http.Refusal;
import io.mural.server.jobs.Catalog;
import io.mural.weights.text.JsonObject;
import java.util.Optional;

/** The model that these routes use: one for all clients, which any of them changes. */
final class Chosen {
    private final Catalog catalog;
    private volatile String model;

    Chosen(Catalog catalog) {
        this.catalog = catalog;
        model = catalog.usual();
    }

    String model() {
        return model;
    }

    /** The model of a request: that of its override_settings, which stays if they are not to be restored. */
    String of(BodyFields fields) {
        var overridden = fields.read("override_settings", json -> json.object("override_settings"))
                .flatMap(settings -> named(settings, "sd_model_checkpoint"));
        boolean restores = fields.bool("override_settings_restore_afterwards").orElse(true);
        if (overridden.isPresent() && !restores) {
            model = overridden.get();
        }
        return overridden.orElse(model);
    }

    /** Changes the model, if settings name one. */
    void set(JsonObject settings) {
        named(settings, "sd_model_checkpoint").ifPresent(name -> model = name);
    }

    private Optional<String> named(JsonObject settings, String key) {
        if (!settings.has(key)) {
            return Optional.empty();
        }
        // Clients send titles back, which elsewhere end with a file's ending and a hash.
        var name = settings.string(key).replaceFirst(" \\[[0-9a-f]+]$", "");
        var bare = name.replaceFirst("\\.(safetensors|gguf|ckpt)$", "");
        if (catalog.has(name)) {
            return Optional.of(name);
        }
        if (catalog.has(bare)) {
            return Optional.of(bare);
        }
        throw new Refusal(
                Refusal.Reason.FAILED,
                key,
                "there is no model of this name here; choose " + String.join(" or ", catalog.models()));
    }
}
