package io.mural.model.plan;

import io.mural.model.family.WanModel;
import io.mural.model.request.ClipRequest;
import io.mural.model.wan.WanLatents;
import io.mural.model.wan.WanText;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.PlanOps;
import java.util.ArrayList;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * What a clip takes, counted by the code that makes it.
 *
 * @param text the prompts
 * @param step one step with all its passes
 * @param decode from latents to frames
 * @param bands of rows in which frames are decoded
 * @param steps how many there are
 */
public record VideoPlan(Stage text, Stage step, Stage decode, int bands, int steps) {
    private static final int MOST_BANDS = 64;

    /**
     * One part of the work.
     *
     * @param bytes of activations at its peak
     * @param linearFlops of linear layers and convolutions
     */
    public record Stage(long bytes, double linearFlops, double attentionFlops) {
        static Stage of(Consumer<Ops> work) {
            try (var ops = new PlanOps()) {
                work.accept(ops);
                return new Stage(ops.bytes(), ops.linearFlops() + ops.convolutionFlops(), ops.attentionFlops());
            }
        }

        public double flops() {
            return linearFlops + attentionFlops;
        }
    }

    /**
     * Frames are cut into as few bands as {@code memory} asks for.
     *
     * @param memory bytes that activations may take
     */
    public static VideoPlan of(WanModel model, ClipRequest request, long memory) {
        int prompts = request.guided() ? 2 : 1;
        var text = Stage.of(ops -> {
            for (int i = 0; i < prompts; i++) {
                model.encode(ops, new int[request.textTokens()], request.textTokens());
            }
        });
        model.closeTextEncoder();
        var step = Stage.of(ops -> step(model, request, ops, prompts));
        int bands = 1;
        var decode = decode(model, request, bands);
        while (decode.bytes() > memory
                && bands < MOST_BANDS
                && 2 * bands <= request.grid().rows()) {
            bands *= 2;
            decode = decode(model, request, bands);
        }
        return new VideoPlan(text, step, decode, bands, request.steps());
    }

    private static void step(WanModel model, ClipRequest request, Ops ops, int prompts) {
        var transformer = model.transformer();
        var grid = request.grid();
        var config = transformer.config();
        var texts = new ArrayList<WanText>();
        for (int i = 0; i < prompts; i++) {
            texts.add(transformer.text(ops, ops.empty(request.textTokens(), config.textDim())));
        }
        var rope = transformer.positions(ops, grid);
        ops.unit("step", () -> {
            transformer.forward(
                    ops, ops.empty(grid.tokens(), WanLatents.PATCH * config.inChannels()), 500, grid, rope, texts);
        });
    }

    private static Stage decode(WanModel model, ClipRequest request, int bands) {
        var grid = request.grid();
        // The memory of a clip is that of its first frames; the work grows with their number.
        int frames = Math.min(grid.frames(), 3);
        var planned = decode(model, request, bands, frames);
        if (grid.frames() == frames) {
            return planned;
        }
        var shorter = decode(model, request, bands, frames - 1);
        double more = grid.frames() - frames;
        long frameBytes = bands == 1 ? 0 : planned.bytes() - shorter.bytes();
        return new Stage(
                planned.bytes() + (long) more * Math.max(0, frameBytes),
                planned.linearFlops() + more * (planned.linearFlops() - shorter.linearFlops()),
                planned.attentionFlops() + more * (planned.attentionFlops() - shorter.attentionFlops()));
    }

    private static Stage decode(WanModel model, ClipRequest request, int bands, int frames) {
        var grid = request.grid();
        int height = 2 * grid.rows();
        int width = 2 * grid.columns();
        int channels = model.vae().config().zDim();
        return Stage.of(ops -> model.vae()
                .decode(
                        ops,
                        new float[channels * frames * height * width],
                        frames,
                        height,
                        width,
                        bands,
                        (frame, top, rows) -> {}));
    }

    /** Bytes of activations at the peak of all. */
    public long peakBytes() {
        return Math.max(text.bytes(), Math.max(step.bytes(), decode.bytes()));
    }

    /** Operations of the whole clip. */
    public double flops() {
        return text.flops() + steps * step.flops() + decode.flops();
    }

    /** Refuses a clip that does not fit. */
    public void requireFit(long memory) {
        if (peakBytes() > memory) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "the clip needs %.1f GiB of memory for activations, but %.1f GiB are free; choose a smaller size or"
                            + " fewer frames",
                    peakBytes() / 0x1p30,
                    memory / 0x1p30));
        }
    }
}
