package io.mural.model.vae;

import io.mural.tensor.PlanOps;
import io.mural.tensor.Tensor;

/**
 * A picture without values on its way through the autoencoder.
 *
 * @param height pixels
 * @param width pixels
 */
record KlPlan(AutoencoderKL vae, int height, int width) implements PixelRows {
    private static final int RGB = 3;

    void encode(PlanOps ops, VaeWay way) {
        int tile = vae.config().sampleSize();
        switch (way.extent()) {
            case WHOLE -> vae.encode(ops, ops.empty(height, width, RGB));
            case TILES -> {
                ops.empty(height, width, RGB);
                vae.encode(ops, ops.empty(Math.min(tile, height), Math.min(tile, width), RGB));
            }
            case BANDS -> new BandedVae(vae, way.keptBytes()).encode(ops, this);
        }
    }

    void decode(PlanOps ops, VaeWay way) {
        int tile = vae.config().sampleSize();
        switch (way.extent()) {
            case WHOLE -> vae.decode(ops, latent(ops, height, width));
            case TILES -> {
                ops.empty(height, width, RGB);
                vae.decode(ops, latent(ops, Math.min(tile, height), Math.min(tile, width)));
            }
            case BANDS -> new BandedVae(vae, way.keptBytes()).decode(ops, latent(ops, height, width), band -> {});
        }
    }

    private Tensor latent(PlanOps ops, int rows, int columns) {
        int reduction = vae.config().reduction();
        return ops.empty(rows / reduction, columns / reduction, vae.config().latentChannels());
    }

    /** How often what is planned is run. */
    int runs(VaeWay way) {
        int stride = TiledVae.stride(vae.config().sampleSize());
        return switch (way.extent()) {
            case TILES -> Math.ceilDiv(height, stride) * Math.ceilDiv(width, stride);
            case WHOLE, BANDS -> 1;
        };
    }

    @Override
    public float[] rows(int from, int to) {
        return new float[0];
    }
}
