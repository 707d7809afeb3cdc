package io.mural;

import io.mural.engine.device.OwnMemory;
import io.mural.engine.device.Speed;
import io.mural.engine.text.Figures;
import io.mural.model.plan.VideoPlan;
import io.mural.model.plan.VideoWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** What a clip will take, found by running the model's own code without computing. */
public final class VideoClipPlan {
    /** Work below half a minute of a fast processor is not held up by measuring the device. */
    private static final double LONG = 5e12;

    private final VideoRecipe recipe;
    private final VideoPlan figures;
    private final VideoWeights weights;
    private final Supplier<Speed> speed;

    VideoClipPlan(VideoRecipe recipe, VideoPlan figures, VideoWeights weights, Supplier<Speed> speed) {
        this.recipe = recipe;
        this.figures = figures;
        this.weights = weights;
        this.speed = speed;
    }

    /** What the request comes to, every default filled in. */
    public VideoRecipe recipe() {
        return recipe;
    }

    /** The stages one by one. */
    public VideoPlan stages() {
        return figures;
    }

    /** The most memory that the process takes, beside the weights, its own included: what a container has to have. */
    public long memoryBytes() {
        return figures.peakBytes() + OwnMemory.bytes(false);
    }

    /** Bytes of the model's mapped files. */
    public long weightBytes() {
        return weights.mapped();
    }

    /** Bytes of the transformer read from its file again in every evaluation. */
    public long streamedBytes() {
        return weights.streamedTransformer();
    }

    VideoWeights weights() {
        return weights;
    }

    /** Floating-point operations of the clip. */
    public double flops() {
        return figures.flops();
    }

    /** About how long it will take, from a measurement of the device that takes about a second. */
    public double seconds() {
        var measured = speed.get();
        return time(measured, figures.text())
                + figures.steps() * time(measured, figures.step())
                + time(measured, figures.decode());
    }

    private static double time(Speed speed, VideoPlan.Stage stage) {
        return speed.seconds(stage.linearFlops(), stage.attentionFlops());
    }

    /** The plan in words, with its time where that is worth a measurement. */
    public List<String> lines() {
        var lines = figureLines();
        if (flops() > LONG) {
            lines.add(timeLine());
        }
        return lines;
    }

    /** The plan in words with its time in any case. */
    public List<String> allLines() {
        var lines = figureLines();
        lines.add(timeLine());
        return lines;
    }

    private List<String> figureLines() {
        var request = recipe.request();
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%dx%d, %d frames: %d tokens; memory beside the weights: text %s, steps %s, frames %s%s, mural's own"
                        + " %s",
                request.width(),
                request.height(),
                request.frames(),
                request.grid().tokens(),
                Figures.bytes(figures.text().bytes()),
                Figures.bytes(figures.step().bytes()),
                Figures.bytes(figures.decode().bytes()),
                figures.bands() == 1 ? "" : " in " + figures.bands() + " bands",
                Figures.bytes(OwnMemory.bytes(false))));
        if (weights.streamedTransformer() > 0) {
            lines.add("of " + Figures.bytes(weights.transformer()) + " of the transformer's weights "
                    + Figures.bytes(weights.streamedTransformer())
                    + " are read from the file again in every evaluation; a smaller file by 'mural quantize', or more"
                    + " free memory, would spare it");
        }
        lines.add(request.steps() + " steps of " + Figures.flop(figures.step().flops()) + " (attention "
                + Figures.flop(figures.step().attentionFlops()) + "), text "
                + Figures.flop(figures.text().flops()) + ", frames "
                + Figures.flop(figures.decode().flops()));
        return lines;
    }

    private String timeLine() {
        return "about " + Figures.duration(seconds()) + " in all";
    }
}
