package io.mural.batch;

import io.mural.Mural;
import io.mural.batch.Catalog.Setup;

/** Opens models on a device. */
@FunctionalInterface
public interface Studio {
    /** @param device a device's name, such as {@code cpu} */
    Mural open(Setup setup, String device);
}
