package io.mural.model.request;

/**
 * A reference picture as a transformer sees it.
 *
 * @param latents clean tokens [gridHeight x gridWidth, features] in raster order
 */
public record Reference(int gridHeight, int gridWidth, float[] latents) {}
