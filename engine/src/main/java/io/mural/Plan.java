package io.mural;

import io.mural.engine.device.OwnMemory;
import io.mural.engine.device.Speed;
import io.mural.engine.text.Figures;
import io.mural.engine.text.Words;
import io.mural.model.plan.PicturePlan;
import io.mural.model.plan.WeightPlan;
import io.mural.model.request.Grid;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** What a picture will take, found by running the model's own code without computing. */
public final class Plan {
    /** Work below half a minute of a fast processor is not held up by measuring the device. */
    private static final double LONG = 5e12;

    private final Recipe recipe;
    private final long memoryBytes;
    private final double flops;
    private final VaeExtent vae;
    private final List<Level> levels;
    private final List<Pass> passes;
    private final WeightPlan weights;
    private final Supplier<Speed> speed;

    /**
     * Denoising at one size.
     *
     * @param stepFlops operations of a step
     * @param attentionFlops of those, operations of attention
     * @param besideFlops operations beside the steps: the guide's keys and values, the autoencoder
     */
    public record Pass(int width, int height, int steps, double stepFlops, double attentionFlops, double besideFlops) {
        /** All of a picture that is made at once. */
        static Pass whole(Recipe recipe, int steps, PicturePlan figures) {
            return new Pass(
                    recipe.width(),
                    recipe.height(),
                    steps,
                    figures.stepFlops(),
                    figures.attentionFlops(),
                    figures.decodeFlops());
        }

        double flops() {
            return steps * stepFlops + besideFlops;
        }
    }

    /**
     * A level of a large picture.
     *
     * @param memoryBytes the most it takes beside the weights and what the process takes for itself
     * @param stepFlops operations of a step
     * @param attentionFlops of those, operations of attention
     * @param guideKept whether the keys and values of the smaller picture stay in memory, instead of being made again in
     *     every step
     * @param vae how the autoencoder sees it
     */
    public record Level(
            int width,
            int height,
            long memoryBytes,
            double stepFlops,
            double attentionFlops,
            boolean guideKept,
            VaeExtent vae) {
        /** Denoising at this level. */
        Pass pass(int steps, double besideFlops) {
            return new Pass(width, height, steps, stepFlops, attentionFlops, besideFlops);
        }

        /** The small picture that all levels begin with. */
        static Level base(Grid grid, PicturePlan figures) {
            return new Level(
                    grid.pixelWidth(),
                    grid.pixelHeight(),
                    figures.peakBytes(),
                    figures.stepFlops(),
                    figures.attentionFlops(),
                    true,
                    figures.vae());
        }
    }

    Plan(
            Recipe recipe,
            long memoryBytes,
            double flops,
            VaeExtent vae,
            List<Level> levels,
            List<Pass> passes,
            WeightPlan weights,
            Supplier<Speed> speed) {
        this.recipe = recipe;
        this.memoryBytes = memoryBytes;
        this.flops = flops;
        this.vae = vae;
        this.levels = List.copyOf(levels);
        this.passes = List.copyOf(passes);
        this.weights = weights;
        this.speed = speed;
    }

    /** What the request comes to, every default filled in. */
    public Recipe recipe() {
        return recipe;
    }

    /** The most memory that the process takes, beside the weights, its own included: what a container has to have. */
    public long memoryBytes() {
        return memoryBytes + ownBytes();
    }

    /** Of {@link #memoryBytes}, what the process takes for itself: the rest is activations and pictures. */
    public long ownBytes() {
        boolean encodes = recipe.init().isPresent() || !recipe.references().isEmpty();
        return OwnMemory.bytes(encodes);
    }

    /** Floating-point operations of the picture. */
    public double flops() {
        return flops;
    }

    /** About how long it will take, from a measurement of the device that is made once and takes a second. */
    public double seconds() {
        double attention = passes.stream()
                .mapToDouble(pass -> pass.steps() * pass.attentionFlops())
                .sum();
        return speed.get().seconds(flops - attention, attention);
    }

    /** How the autoencoder will see the picture. */
    public VaeExtent vae() {
        return vae;
    }

    /** The sizes a large picture goes through, smallest first and the picture itself last; else empty. */
    public List<Level> levels() {
        return levels;
    }

    /** Denoising in order: at the one size, or a pass a level. */
    public List<Pass> passes() {
        return passes;
    }

    /** Bytes of the model's mapped files. */
    public long weightBytes() {
        return weights.mapped();
    }

    /** Of {@link #weightBytes}, what stays in memory. */
    public long residentBytes() {
        return weights.resident();
    }

    /** Bytes read from files again in every evaluation of the transformer. */
    public long streamedBytes() {
        return weights.streamedTransformer();
    }

    /** The plan in words where it has more to tell than a size: a line each for levels, streamed weights, long work. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (recipe.products() != Precision.F32) {
            lines.add("products in " + recipe.products().key() + "; `precision` f32 computes them in float32");
        }
        if (weights.streamedTransformer() + weights.streamedText() > 0) {
            lines.add(streaming());
        }
        if (!levels.isEmpty()) {
            lines.addAll(levelLines());
        } else if (flops > LONG) {
            lines.add(String.format(Locale.ROOT, "%.1f TFLOP a picture, about ", flops / 1e12)
                    + Figures.duration(seconds()) + " if the disk keeps up");
        }
        return lines;
    }

    /** The levels of a large picture in words: the sizes, a line a level, the whole. */
    public List<String> levelLines() {
        List<String> lines = new ArrayList<>();
        lines.add("levels " + String.join(" -> ", sizes()));
        for (var level : levels.subList(1, levels.size())) {
            lines.add(level.width() + "x" + level.height() + ": "
                    + (level.guideKept() ? "guide kept" : "guide recomputed in every step")
                    + ", autoencoder " + Words.of(level.vae()) + ", " + Figures.bytes(level.memoryBytes()) + ", "
                    + tera(level.stepFlops()) + " a step, of which attention " + tera(level.attentionFlops()));
        }
        lines.add("together " + Figures.bytes(memoryBytes()) + " beside the weights, mural's own "
                + Figures.bytes(ownBytes()) + " included, " + tera(flops) + ", about "
                + Figures.duration(seconds()));
        return lines;
    }

    private List<String> sizes() {
        return levels.stream()
                .map(level -> level.width() + "x" + level.height())
                .toList();
    }

    private static String tera(double flops) {
        return String.format(Locale.ROOT, "%.2f TFLOP", flops / 1e12);
    }

    private String streaming() {
        var read = weights.streamedTransformer() > 0
                ? Figures.bytes(weights.streamedTransformer()) + " are read again in every evaluation"
                : "the transformer's all";
        return "of " + Figures.bytes(weights.mapped()) + " of weights " + Figures.bytes(weights.resident())
                + " stay in memory, " + read + ", the text encoders' " + Figures.bytes(weights.streamedText())
                + " for every prompt; with " + Figures.bytes(weights.missing())
                + " more free memory, or a smaller file by 'mural quantize', all would stay";
    }
}
