package io.mural.model.layers;

/**
 * Whether keys and values of tokens from outside are kept between steps or computed in every step; the picture is the
 * same.
 */
public enum OutsideMemory {
    KEEP,
    RECOMPUTE
}
