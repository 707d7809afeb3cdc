package io.mural.engine;

import java.nio.file.Path;

/** A model that comes in a jar; found by {@link java.util.ServiceLoader}. */
public interface EmbeddedModel {
    /** Its folder, in diffusers layout, as files: they are unpacked where they are not yet. */
    Path folder();
}
