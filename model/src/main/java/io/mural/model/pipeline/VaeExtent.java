package io.mural.model.pipeline;

/** Whether the autoencoder sees a picture whole or as overlapping, cross-faded tiles. */
public enum VaeExtent {
    WHOLE,
    TILES
}
