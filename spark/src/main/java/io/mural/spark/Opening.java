package io.mural.spark;

import io.mural.Mural;
import io.mural.batch.Catalog.Setup;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Optional;

/** Opens models in an executor. */
@FunctionalInterface
interface Opening extends Serializable {
    /**
     * Opens a model.
     *
     * @param embedded the folder of the embedded model, where it is used
     * @param threads that compute, on a processor
     */
    Mural open(Setup setup, Optional<Path> embedded, String device, int threads);

    /** As a user of the engine does. */
    static Mural usual(Setup setup, Optional<Path> embedded, String device, int threads) {
        var builder = Mural.builder().device(device).threads(threads);
        setup.model().path().ifPresentOrElse(builder::model, () -> builder.embedded(embedded.orElseThrow()));
        setup.model().base().ifPresent(builder::base);
        setup.loras().forEach(builder::lora);
        return builder.open();
    }
}
