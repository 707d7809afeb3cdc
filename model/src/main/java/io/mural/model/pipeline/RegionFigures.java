package io.mural.model.pipeline;

import io.mural.model.family.Denoiser;
import io.mural.model.family.GuidedModel;
import io.mural.model.family.PictureModel;
import io.mural.model.family.PromptEmbeds;
import io.mural.model.family.PromptPair;
import io.mural.model.hierarchical.Scene;
import io.mural.model.layers.OutsideMemory;
import io.mural.model.plan.VaePlan;
import io.mural.model.request.HierarchicalSettings;
import io.mural.tensor.PlanOps;
import java.util.Optional;

/**
 * What a level's region takes, found by running the model's own code without computing.
 *
 * @param peakBytes the most of the transformer and the autoencoder, with pictures and latents on the heap
 * @param guideFlops operations for the guide's keys and values
 * @param stepFlops operations of a step
 * @param attentionFlops of those, operations of attention
 * @param vaeFlops operations of the autoencoder
 */
public record RegionFigures(
        long peakBytes, double guideFlops, double stepFlops, double attentionFlops, double vaeFlops) {
    /** Latents, noise and pictures of a rectangle, bytes a pixel. */
    private static final int HEAP_BYTES_PER_PIXEL = 32;

    public static RegionFigures of(
            PictureModel model, GuidedModel guided, RegionPlan plan, HierarchicalSettings settings, int textTokens) {
        var scene = new Scene(
                settings.geometry().withRatio(plan.level().ratio()),
                plan.order(),
                plan.level().guide().height(),
                plan.level().guide().width(),
                new float[0]);
        var embeds = model.blank(textTokens);
        var negative = settings.classifierFree() ? Optional.of(embeds) : Optional.<PromptEmbeds>empty();
        long pixels = 0;
        long vaeBytes = 0;
        double vaeFlops = 0;
        for (int r = 0; r < plan.rectangles().size(); r++) {
            var grid = plan.grid(r);
            pixels += (long) grid.pixelHeight() * grid.pixelWidth();
            var vae = VaePlan.of(model, grid, RegionPipeline.way(grid), true);
            vaeBytes = Math.max(vaeBytes, vae.bytes());
            vaeFlops += vae.flops();
        }
        try (var ops = new PlanOps()) {
            var denoiser = Denoiser.of(
                    ops, model, guided, scene, settings, new PromptPair(embeds, negative), OutsideMemory.KEEP);
            double guide = ops.linearFlops() + ops.attentionFlops();
            double attentionBefore = ops.attentionFlops();
            denoiser.velocity(new float[0], 1);
            double step = ops.linearFlops() + ops.attentionFlops() - guide;
            return new RegionFigures(
                    Math.max(ops.bytes(), vaeBytes) + pixels * HEAP_BYTES_PER_PIXEL,
                    guide,
                    step,
                    ops.attentionFlops() - attentionBefore,
                    vaeFlops);
        }
    }
}
