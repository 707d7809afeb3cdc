package io.mural.model.pipeline;

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
    public int textTokens() {
        return tokens.length / width;
    }
}
