package io.mural.model.request;

/**
 * A reference picture as a transformer sees it.
 *
 * @param latents clean tokens [grid.tokens(), features] in raster order
 */
public record Reference(Grid grid, float[] latents) {}
