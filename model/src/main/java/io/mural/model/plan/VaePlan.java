package io.mural.model.plan;

import io.mural.model.family.PictureModel;
import io.mural.model.request.Grid;
import io.mural.model.vae.VaeWay;
import io.mural.tensor.PlanOps;
import java.util.function.Consumer;

/**
 * What the autoencoder takes for a picture: decoding it, and encoding it first where it starts from pixels.
 *
 * @param bytes the more of the two
 * @param flops operations of all
 */
public record VaePlan(VaeWay way, long bytes, double flops) {
    /** @param encodes whether a picture of that size is encoded too */
    public static VaePlan of(PictureModel model, Grid grid, VaeWay way, boolean encodes) {
        var codec = model.codec();
        int height = grid.pixelHeight();
        int width = grid.pixelWidth();
        int runs = codec.planned(height, width, way);
        var decoded = plan(ops -> codec.planDecode(ops, height, width, way));
        long bytes = decoded.bytes();
        double flops = runs * flops(decoded);
        if (encodes) {
            var encoded = plan(ops -> codec.planEncode(ops, height, width, way));
            bytes = Math.max(bytes, encoded.bytes());
            flops += runs * flops(encoded);
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
}
