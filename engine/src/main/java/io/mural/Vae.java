package io.mural;

import io.mural.engine.text.Words;
import io.mural.model.vae.VaeExtent;
import java.util.Optional;

/** How the autoencoder is to see a picture. */
public enum Vae {
    /** At once where that fits into memory. */
    AUTO(Optional.empty()),
    /** At once. */
    WHOLE(Optional.of(VaeExtent.WHOLE)),
    /** In overlapping tiles: less memory, but tone can shift from tile to tile. */
    TILED(Optional.of(VaeExtent.TILES)),
    /** From top to bottom, with the result of doing it at once, in less memory and more time. */
    EXACT(Optional.of(VaeExtent.BANDS));

    private final Optional<VaeExtent> extent;

    Vae(Optional<VaeExtent> extent) {
        this.extent = extent;
    }

    /** Empty to decide by memory. */
    Optional<VaeExtent> extent() {
        return extent;
    }

    @Override
    public String toString() {
        return Words.of(this);
    }
}
