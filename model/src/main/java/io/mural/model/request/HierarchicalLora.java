package io.mural.model.request;

import java.nio.file.Path;

/**
 * The LoRA that teaches a transformer to look at a guide.
 *
 * @param scale strength; 1 as it was trained
 * @param scope whose tokens it adapts
 */
public record HierarchicalLora(Path file, double scale, Scope scope) {
    public enum Scope {
        /** The guide's tokens alone, as the paper has it. */
        GUIDE,
        /** The picture's tokens too: the authors' first adapter for FLUX.1 was trained so. */
        IMAGE
    }
}
