package io.mural.model.hierarchical;

/**
 * A large picture and its guide.
 *
 * @param order the picture's tokens; latents are given and velocities come in this order
 * @param guideHeight rows of guide tokens
 * @param guideWidth guide tokens of a row
 * @param guideLatents clean tokens [guide tokens, latent features] in raster order
 */
public record Scene(
        HierarchicalGeometry geometry, TokenOrder order, int guideHeight, int guideWidth, float[] guideLatents) {
    public int guideTokens() {
        return guideHeight * guideWidth;
    }
}
