package io.mural.model.vae;

/**
 * How much of a picture the autoencoder sees, and of which size it keeps maps of features between the passes over
 * bands: those that are larger are made again in every pass. The result does not depend on it.
 */
public record VaeWay(VaeExtent extent, long keptBytes) {
    private static final long USUAL_BYTES = 1L << 30;

    public static VaeWay of(VaeExtent extent) {
        return new VaeWay(extent, USUAL_BYTES);
    }
}
