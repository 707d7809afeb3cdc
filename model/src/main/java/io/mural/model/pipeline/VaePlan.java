package io.mural.model.pipeline;

import io.mural.model.vae.BandedVae;
import io.mural.tensor.PlanOps;
import io.mural.tensor.Tensor;
import java.util.function.Consumer;

/**
 * What decoding a picture takes.
 *
 * @param flops operations of a whole picture
 */
record VaePlan(VaeExtent extent, long bytes, double flops) {
    private static final int RGB = 3;

    /**
     * @param height pixels
     * @param width pixels
     */
    static VaePlan of(PictureModel model, int height, int width, VaeExtent extent) {
        var whole = plan(ops -> decode(ops, model, height, width));
        double flops = whole.convolutionFlops() + whole.linearFlops() + whole.attentionFlops();
        int tile = model.codec().vae().config().sampleSize();
        long bytes = switch (extent) {
            case WHOLE -> whole.bytes();
            case TILES ->
                plan(ops -> {
                            ops.empty(height, width, RGB);
                            decode(ops, model, Math.min(tile, height), Math.min(tile, width));
                        })
                        .bytes();
            case BANDS ->
                plan(ops -> new BandedVae(model.codec().vae(), LatentCodec.KEPT_BYTES)
                                .decode(ops, latent(ops, model, height, width), band -> {}))
                        .bytes();
        };
        return new VaePlan(extent, bytes, flops);
    }

    private static PlanOps plan(Consumer<PlanOps> work) {
        try (var ops = new PlanOps()) {
            work.accept(ops);
            return ops;
        }
    }

    private static void decode(PlanOps ops, PictureModel model, int height, int width) {
        model.codec().vae().decode(ops, latent(ops, model, height, width));
    }

    private static Tensor latent(PlanOps ops, PictureModel model, int height, int width) {
        var config = model.codec().vae().config();
        int reduction = config.reduction();
        return ops.empty(height / reduction, width / reduction, config.latentChannels());
    }
}
