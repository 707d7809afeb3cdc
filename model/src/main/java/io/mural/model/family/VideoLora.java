package io.mural.model.family;

import java.nio.file.Path;

/**
 * A LoRA for the transformer of a video model.
 *
 * @param scale strength; 1 as it was trained
 */
public record VideoLora(Path file, double scale) {}
