package io.mural.model.pipeline;

import java.util.Optional;

/**
 * What a picture should show and what it should not.
 *
 * @param negative present with classifier-free guidance
 */
record PromptPair(PromptEmbeds positive, Optional<PromptEmbeds> negative) {}
