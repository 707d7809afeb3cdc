package io.mural.model.plan;

import io.mural.model.family.PictureModel;
import io.mural.model.hierarchical.HierarchicalLayout;
import io.mural.model.hierarchical.Scene;
import io.mural.model.hierarchical.WindowOrder;
import io.mural.model.layers.OutsideMemory;
import io.mural.tensor.PlanOps;

/**
 * What one step of a picture with a guide takes, found by running the model without computing.
 *
 * @param linearFlops operations of the layers of text and picture
 * @param flopsOfAPair operations of attention for a pair of tokens, over all blocks
 * @param bytes activations, with the guide's keys and values kept
 */
public record LevelFigures(double linearFlops, double flopsOfAPair, long bytes) {
    /** With the model's own geometry, without a LoRA. */
    public static LevelFigures of(PictureModel model, int textTokens, WindowOrder order) {
        var settings = model.hierarchicalSettings();
        var geometry = settings.geometry();
        int guideHeight = geometry.guideSide(order.height());
        int guideWidth = geometry.guideSide(order.width());
        var scene = new Scene(geometry, order, guideHeight, guideWidth, new float[0]);
        var pairs = HierarchicalLayout.of(geometry, textTokens, order, guideHeight, guideWidth)
                .picture()
                .pairs();
        try (var ops = new PlanOps()) {
            var evaluation = model.guidedWithoutLora()
                    .evaluation(ops, scene, settings, model.blank(textTokens), OutsideMemory.KEEP);
            double linear = ops.linearFlops();
            double attention = ops.attentionFlops();
            ops.unit("step", () -> {
                evaluation.velocity(ops, ops.empty(order.tokens(), model.features()), 1);
            });
            return new LevelFigures(
                    ops.linearFlops() - linear, (ops.attentionFlops() - attention) / pairs, ops.bytes());
        }
    }
}
