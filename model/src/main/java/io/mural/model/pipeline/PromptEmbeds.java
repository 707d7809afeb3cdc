package io.mural.model.pipeline;

import io.mural.model.flux1.Flux1Config;

/**
 * A prompt as the transformer takes it.
 *
 * @param tokens T5's hidden states, textTokens x width values
 * @param width features of a token
 * @param pooled CLIP's pooled vector
 * @param clipTruncated whether CLIP did not see the whole prompt
 * @param t5Truncated whether T5 did not see the whole prompt
 */
public record PromptEmbeds(float[] tokens, int width, float[] pooled, boolean clipTruncated, boolean t5Truncated) {
    /** Embeddings without content, for planning. */
    static PromptEmbeds blank(int textTokens, Flux1Config config) {
        int width = config.jointAttentionDim();
        return new PromptEmbeds(
                new float[textTokens * width], width, new float[config.pooledProjectionDim()], false, false);
    }

    public int textTokens() {
        return tokens.length / width;
    }
}
