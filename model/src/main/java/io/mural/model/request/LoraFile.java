package io.mural.model.request;

import java.nio.file.Path;

/**
 * A style LoRA for the transformer.
 *
 * @param scale strength; 1 as it was trained
 * @param mode how it is applied
 */
public record LoraFile(Path file, double scale, Mode mode) {
    public enum Mode {
        /** Beside the weights, which stay in their mapped file: no memory, a little more work in every step. */
        ADAPTER,
        /** Added into float32 copies of the weights it changes: memory, but no more work in a step. */
        MERGE
    }
}
