package io.mural.model.vae;

/** How much of a picture the autoencoder sees. */
public enum VaeExtent {
    /** All at once. */
    WHOLE,
    /** Overlapping, cross-faded tiles: little memory, but tone can shift from tile to tile. */
    TILES,
    /** From top to bottom, with the result of doing it at once but in less memory and more time. */
    BANDS
}
