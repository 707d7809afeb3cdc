package io.mural.model.wan;

import io.mural.tensor.Rope;

/**
 * What all blocks know of a clip.
 *
 * @param rope positions of all tokens
 * @param timestep the noise level, 0 to 1000
 */
record Clip(TokenGrid grid, Rope rope, double timestep) {}
