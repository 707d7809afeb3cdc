package io.mural.model.plan;

import io.mural.model.family.PictureModel;
import io.mural.model.request.Grid;
import io.mural.model.vae.AutoencoderKL;
import io.mural.model.vae.BandedVae;
import io.mural.model.vae.PixelRows;
import io.mural.model.vae.TiledVae;
import io.mural.model.vae.VaeWay;
import io.mural.tensor.PlanOps;
import io.mural.tensor.Tensor;
import java.util.function.Consumer;

/**
 * What the autoencoder takes for a picture: decoding it, and encoding it first where it starts from pixels.
 *
 * @param bytes the more of the two
 * @param flops operations of all
 */
record VaePlan(VaeWay way, long bytes, double flops) {
    private static final int RGB = 3;

    /** @param encodes whether a picture of that size is encoded too */
    static VaePlan of(PictureModel model, Grid grid, VaeWay way, boolean encodes) {
        var vae = model.codec().vae();
        var picture = new Picture(vae, grid.pixelHeight(), grid.pixelWidth());
        var decoded = plan(ops -> picture.decode(ops, way));
        long bytes = decoded.bytes();
        double flops = picture.runs(way) * flops(decoded);
        if (encodes) {
            var encoded = plan(ops -> picture.encode(ops, way));
            bytes = Math.max(bytes, encoded.bytes());
            flops += picture.runs(way) * flops(encoded);
        }
        return new VaePlan(way, bytes, flops);
    }

    private static PlanOps plan(Consumer<PlanOps> work) {
        try (var ops = new PlanOps()) {
            work.accept(ops);
            return ops;
        }
    }

    private static double flops(PlanOps ops) {
        return ops.convolutionFlops() + ops.linearFlops() + ops.attentionFlops();
    }

    /** A picture without values. */
    private record Picture(AutoencoderKL vae, int height, int width) implements PixelRows {
        /** How often what is planned is run. */
        int runs(VaeWay way) {
            int stride = TiledVae.stride(vae.config().sampleSize());
            return switch (way.extent()) {
                case TILES -> Math.ceilDiv(height, stride) * Math.ceilDiv(width, stride);
                case WHOLE, BANDS -> 1;
            };
        }

        void decode(PlanOps ops, VaeWay way) {
            var config = vae.config();
            int reduction = config.reduction();
            int tile = config.sampleSize();
            switch (way.extent()) {
                case WHOLE -> vae.decode(ops, latent(ops, height / reduction, width / reduction));
                case TILES -> {
                    ops.empty(height, width, RGB);
                    vae.decode(ops, latent(ops, Math.min(tile, height) / reduction, Math.min(tile, width) / reduction));
                }
                case BANDS ->
                    new BandedVae(vae, way.keptBytes())
                            .decode(ops, latent(ops, height / reduction, width / reduction), band -> {});
            }
        }

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

        private Tensor latent(PlanOps ops, int rows, int columns) {
            return ops.empty(rows, columns, vae.config().latentChannels());
        }

        @Override
        public float[] rows(int from, int to) {
            return new float[0];
        }
    }
}
