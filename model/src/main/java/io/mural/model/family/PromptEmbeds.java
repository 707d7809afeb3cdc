package io.mural.model.family;

import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;

/**
 * A prompt as the transformer takes it.
 *
 * @param tokens hidden states of its tokens, textTokens x width values
 * @param width features of a token
 * @param pooled a vector for the prompt as a whole; without elements for models that take none
 */
public record PromptEmbeds(float[] tokens, int width, float[] pooled) {
    /** The hidden states, [textTokens, width]. */
    Tensor tokens(Ops ops) {
        return ops.tensor(tokens, textTokens(), width);
    }

    /** The pooled vector, [1, features]. */
    Tensor pooled(Ops ops) {
        return ops.tensor(pooled, 1, pooled.length);
    }

    public int textTokens() {
        return tokens.length / width;
    }
}
