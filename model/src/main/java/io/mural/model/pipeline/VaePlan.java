package io.mural.model.pipeline;

import io.mural.tensor.PlanOps;

/**
 * What decoding a picture takes.
 *
 * @param flops operations of a whole picture
 */
record VaePlan(VaeExtent extent, long bytes, double flops) {
    /**
     * @param height pixels
     * @param width pixels
     */
    static VaePlan of(PictureModel model, int height, int width, VaeExtent extent) {
        double flops = 0;
        try (var ops = new PlanOps()) {
            decode(ops, model, height, width);
            flops = ops.convolutionFlops() + ops.linearFlops() + ops.attentionFlops();
            if (extent == VaeExtent.WHOLE) {
                return new VaePlan(extent, ops.bytes(), flops);
            }
        }
        try (var ops = new PlanOps()) {
            int tile = model.codec().vae().config().sampleSize();
            ops.empty(height, width, 3);
            decode(ops, model, Math.min(tile, height), Math.min(tile, width));
            return new VaePlan(extent, ops.bytes(), flops);
        }
    }

    private static void decode(PlanOps ops, PictureModel model, int height, int width) {
        var vae = model.codec().vae();
        var config = vae.config();
        int reduction = config.reduction();
        vae.decode(ops, ops.empty(height / reduction, width / reduction, config.latentChannels()));
    }
}
