package io.mural.model.family;

import java.util.Optional;

/**
 * What a picture should show and what it should not.
 *
 * @param negative present with classifier-free guidance
 */
public record PromptPair(PromptEmbeds positive, Optional<PromptEmbeds> negative) {}
