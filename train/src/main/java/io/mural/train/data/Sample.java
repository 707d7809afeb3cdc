package io.mural.train.data;

import java.util.List;
import java.util.Optional;

/**
 * A picture as a transformer is trained on it.
 *
 * @param mean of the autoencoder's distribution, [2 x height, 2 x width, channels]
 * @param logVariance of it
 * @param height rows of tokens
 * @param width tokens of a row
 * @param guide the picture reduced, where a guide is trained
 * @param texts its captions, as the text encoders give them
 * @param mask how much each token counts, [height x width], 0 to 1; all alike where empty
 */
public record Sample(
        float[] mean,
        float[] logVariance,
        int height,
        int width,
        Optional<GuideTokens> guide,
        List<Text> texts,
        Optional<float[]> mask) {
    public Sample {
        texts = List.copyOf(texts);
    }

    /** Clean tokens [height x width, features] of the reduced picture, in raster order. */
    public record GuideTokens(float[] tokens, int height, int width) {}

    /**
     * A caption.
     *
     * @param tokens hidden states, [tokens, width]
     * @param pooled without elements for models that take none
     */
    public record Text(float[] tokens, int width, float[] pooled) {}
}
