package io.mural.evaluate.network;

import io.mural.tensor.Ops;

/** The text half of a CLIP. */
public interface TextEmbedder {
    /** How many tokens a text can have, begin and end among them. */
    int maxTokens();

    /**
     * The embedding of a text.
     *
     * @param ids with an end token; what follows it does not count
     */
    float[] text(Ops ops, int[] ids);
}
