package io.mural.spring;

import io.mural.Recipe;
import org.springframework.ai.image.ImageGenerationMetadata;

/**
 * What a picture was made from.
 *
 * @param recipe all of it; {@code Request.of(recipe)} makes the picture again
 * @param seconds that all pictures of the call took
 */
public record MuralImageGenerationMetadata(long seed, Recipe recipe, double seconds)
        implements ImageGenerationMetadata {}
