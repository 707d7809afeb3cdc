package io.mural.model.plan;

import io.mural.model.family.Denoiser;
import io.mural.model.family.GuidedModel;
import io.mural.model.family.PictureModel;
import io.mural.model.family.PromptEmbeds;
import io.mural.model.family.PromptPair;
import io.mural.model.hierarchical.Scene;
import io.mural.model.hierarchical.WindowOrder;
import io.mural.model.layers.OutsideMemory;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.HierarchicalSettings;
import io.mural.model.request.Pyramid;
import io.mural.model.request.Pyramid.Level;
import io.mural.model.vae.VaeExtent;
import io.mural.model.vae.VaeWay;
import io.mural.tensor.PlanOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a hierarchical picture will take, found as {@link PicturePlan} finds it: by running the model's own code without
 * computing.
 *
 * @param base the plan of the base
 * @param levels smallest first
 */
public record HierarchicalPlan(Pyramid pyramid, PicturePlan base, List<LevelPlan> levels) {
    /**
     * Copies of latents and tables of positions on the heap, bytes a pixel: all that a picture makes, because the heap
     * is cleared only when it is full, which may never be.
     */
    private static final int HEAP_OF_LATENTS = 16;
    /** Beside them the enlarged picture in several forms, where the warm start goes through pixels. */
    private static final int HEAP_OF_PIXELS = 24;
    /**
     * Pictures beyond a megapixel fill the space of young objects again and again, which clears part of the copies: half of
     * them, all where much is made of pixels, until they are too many for that space.
     */
    private static final long FILLING_PIXELS = 1 << 20;

    private static final long MOST_CLEARED = 64L << 20;

    /**
     * A level.
     *
     * @param memory whether the guide's keys and values fit in memory
     * @param vae how the autoencoder has to see the picture to fit
     * @param denoiseBytes activations of the transformer, the guide's included
     * @param decodeBytes activations of the autoencoder, for the warm start's encoding too
     * @param heapBytes pictures and latents beside them
     * @param guideFlops operations for the guide's keys and values
     * @param linearFlops operations of a step's layers, without those of {@code guideFlops}
     * @param attentionFlops operations of a step's attention
     * @param decodeFlops operations of the autoencoder, of a whole picture
     */
    public record LevelPlan(
            Level level,
            OutsideMemory memory,
            VaeWay vae,
            long denoiseBytes,
            long decodeBytes,
            long heapBytes,
            double guideFlops,
            double linearFlops,
            double attentionFlops,
            double decodeFlops) {
        /** The most the level needs. */
        public long peakBytes() {
            return heapBytes + Math.max(denoiseBytes, decodeBytes);
        }

        public double stepFlops() {
            return linearFlops + attentionFlops + (memory == OutsideMemory.RECOMPUTE ? guideFlops : 0);
        }

        /** Operations beside the steps: the guide's keys and values if they are kept, the autoencoder. */
        public double besideFlops() {
            return (memory == OutsideMemory.KEEP ? guideFlops : 0) + decodeFlops;
        }
    }

    public HierarchicalPlan {
        levels = List.copyOf(levels);
    }

    /** What lives on Java's heap beside the activations. */
    public static int heapBytesPerPixel(HierarchicalSettings settings) {
        return HEAP_OF_LATENTS
                + switch (settings.upsampler()) {
                    case PIXEL -> HEAP_OF_PIXELS;
                    case LATENT -> 0;
                };
    }

    /** The most that any stage needs. */
    public long peakBytes() {
        long peak = base.peakBytes();
        for (var level : levels) {
            peak = Math.max(peak, level.peakBytes());
        }
        return peak;
    }

    /** Operations of all stages; the base takes {@code baseSteps}. */
    public double flops(int baseSteps, HierarchicalSettings settings) {
        int steps = settings.steps() - settings.skipSteps();
        double flops = baseSteps * base.stepFlops();
        for (var level : levels) {
            flops += steps * level.stepFlops() + level.besideFlops();
        }
        return flops;
    }

    /** How the autoencoder sees the base and each level; index 0 is the base. */
    public VaeWay vae(int index) {
        return index == 0 ? VaeWay.of(base.vae()) : levels.get(index - 1).vae();
    }

    /**
     * @param request of the size asked for
     * @param wanted how the autoencoder has to see pictures; empty to decide by {@code budget}
     * @param budget bytes that may be used
     */
    public static HierarchicalPlan of(
            PictureModel model,
            GuidedModel guided,
            GenerationRequest request,
            HierarchicalSettings settings,
            Pyramid pyramid,
            Optional<VaeExtent> wanted,
            long budget) {
        var base = PicturePlan.of(model, request.with(pyramid.base()), wanted, budget);
        var planner = new LevelPlanner(model, guided, request, settings, wanted, budget);
        return new HierarchicalPlan(
                pyramid, base, pyramid.levels().stream().map(planner::plan).toList());
    }

    /** Side of the largest square picture that fits into {@code budget} bytes, pixels; 0 where none does. */
    public static int largestSquare(
            PictureModel model,
            GuidedModel guided,
            GenerationRequest request,
            HierarchicalSettings settings,
            Optional<VaeExtent> wanted,
            long budget) {
        var planner = new LevelPlanner(model, guided, request, settings, wanted, budget);
        int ratio = settings.geometry().ratio();
        return Fit.largestSquare(
                request.grid(),
                budget,
                grid -> planner.plan(new Level(grid, ratio)).peakBytes());
    }

    /** Plans single levels. */
    private record LevelPlanner(
            PictureModel model,
            GuidedModel guided,
            GenerationRequest request,
            HierarchicalSettings settings,
            Optional<VaeExtent> wanted,
            long budget) {
        /** The more is kept, the less is made again. */
        private static final List<VaeWay> BANDS = Stream.of(16L << 30, 4L << 30, 1L << 30, 256L << 20, 64L << 20, 0L)
                .map(bytes -> new VaeWay(VaeExtent.BANDS, bytes))
                .toList();

        LevelPlan plan(Level level) {
            long pixels = (long) level.grid().pixelHeight() * level.grid().pixelWidth();
            long heap = pixels * heapBytesPerPixel(settings) - cleared(pixels);
            var kept = new Step(OutsideMemory.KEEP, level);
            var step = heap + kept.bytes() <= budget ? kept : new Step(OutsideMemory.RECOMPUTE, level);
            var vae = vae(level, heap);
            return new LevelPlan(
                    level,
                    step.memory,
                    vae.way(),
                    step.bytes(),
                    vae.bytes(),
                    heap,
                    kept.guide,
                    kept.linear,
                    kept.attention,
                    vae.flops());
        }

        private long cleared(long pixels) {
            int bytes = settings.upsampler() == HierarchicalSettings.Upsampler.PIXEL
                    ? HEAP_OF_LATENTS + HEAP_OF_PIXELS
                    : HEAP_OF_LATENTS / 2;
            return Math.clamp((pixels - FILLING_PIXELS) * bytes, 0, MOST_CLEARED);
        }

        private VaePlan vae(Level level, long heap) {
            boolean encodes = settings.upsampler() == HierarchicalSettings.Upsampler.PIXEL && settings.skipSteps() > 0;
            var plans = new ArrayList<VaePlan>();
            for (var extent : wanted.map(List::of).orElse(List.of(VaeExtent.WHOLE, VaeExtent.BANDS))) {
                var ways = extent == VaeExtent.BANDS ? BANDS : List.of(VaeWay.of(extent));
                for (var way : ways) {
                    var plan = VaePlan.of(model, level.grid(), way, encodes);
                    if (plan.bytes() + heap <= budget) {
                        return plan;
                    }
                    plans.add(plan);
                }
            }
            return plans.getLast();
        }

        /** A step of a level, planned. */
        private final class Step {
            private final OutsideMemory memory;
            private final double guide;
            private final double linear;
            private final double attention;
            private final long bytes;

            Step(OutsideMemory memory, Level level) {
                this.memory = memory;
                var order = new WindowOrder(
                        level.grid().height(),
                        level.grid().width(),
                        settings.geometry().window());
                var scene = new Scene(
                        settings.geometry().withRatio(level.ratio()),
                        order,
                        level.guide().height(),
                        level.guide().width(),
                        new float[0]);
                var embeds = model.blank(request.text().tokens());
                var negative = settings.classifierFree() ? Optional.of(embeds) : Optional.<PromptEmbeds>empty();
                try (var ops = new PlanOps()) {
                    var denoiser =
                            Denoiser.of(ops, model, guided, scene, settings, new PromptPair(embeds, negative), memory);
                    guide = ops.linearFlops() + ops.attentionFlops();
                    double linearBefore = ops.linearFlops();
                    double attentionBefore = ops.attentionFlops();
                    denoiser.velocity(new float[0], 1);
                    linear = ops.linearFlops() - linearBefore;
                    attention = ops.attentionFlops() - attentionBefore;
                    bytes = ops.bytes();
                }
            }

            long bytes() {
                return bytes;
            }
        }
    }
}
