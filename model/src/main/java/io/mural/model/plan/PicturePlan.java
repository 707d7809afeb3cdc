package io.mural.model.plan;

import io.mural.model.family.Denoiser;
import io.mural.model.family.PictureModel;
import io.mural.model.family.PromptEmbeds;
import io.mural.model.family.PromptPair;
import io.mural.model.request.Conditions;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.Reference;
import io.mural.model.vae.VaeExtent;
import io.mural.model.vae.VaeWay;
import io.mural.tensor.PlanOps;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a picture will take, found by running the model's own code on {@link PlanOps}: bytes of activations in each
 * stage and floating-point operations. Weights are mapped from their files and not counted.
 *
 * @param textBytes while the prompt is encoded
 * @param denoiseBytes while the transformer runs
 * @param decodeBytes while the autoencoder runs
 * @param vae how the autoencoder has to see the picture to fit
 * @param textFlops operations of the text encoders, of one prompt
 * @param stepFlops operations of one step
 * @param attentionFlops of those, operations of attention
 * @param decodeFlops operations of the autoencoder, of a whole picture
 */
public record PicturePlan(
        long textBytes,
        long denoiseBytes,
        long decodeBytes,
        VaeExtent vae,
        double textFlops,
        double stepFlops,
        double attentionFlops,
        double decodeFlops) {

    /** Copies of the picture and of latents that live on the heap beside the activations, bytes a pixel. */
    private static final int HEAP_BYTES_PER_PIXEL = 32;

    /** The part of a stage's bytes that is on the heap, for a picture of that size. */
    public static long heapBytes(int width, int height) {
        return (long) width * height * HEAP_BYTES_PER_PIXEL;
    }

    /** The most that any stage needs. */
    public long peakBytes() {
        return Math.max(textBytes, Math.max(denoiseBytes, decodeBytes));
    }

    /**
     * @param wanted whole or tiles; empty to decide by {@code budget}
     * @param budget bytes that may be used
     */
    public static PicturePlan of(
            PictureModel model, GenerationRequest request, Optional<VaeExtent> wanted, long budget) {
        long heap = heapBytes(request.grid().pixelWidth(), request.grid().pixelHeight());
        var text = plan(
                ops -> model.encode(ops, request.text().prompt(), request.text().tokens()));
        var denoise = plan(ops -> planStep(ops, model, request));
        var whole = plan(ops -> planVae(ops, model, request, VaeExtent.WHOLE));
        boolean fits = whole.bytes() + heap <= budget;
        var extent = wanted.orElse(fits ? VaeExtent.WHOLE : VaeExtent.TILES);
        long decodeBytes = extent == VaeExtent.WHOLE
                ? whole.bytes()
                : plan(ops -> planVae(ops, model, request, extent)).bytes();
        return new PicturePlan(
                text.bytes(),
                denoise.bytes() + heap,
                decodeBytes + heap,
                extent,
                text.linearFlops() + text.attentionFlops(),
                denoise.linearFlops() + denoise.attentionFlops(),
                denoise.attentionFlops(),
                whole.convolutionFlops() + whole.linearFlops() + whole.attentionFlops());
    }

    /** Operations of a whole picture of {@code steps} steps. */
    public double flops(int steps, boolean classifierFree) {
        return (classifierFree ? 2 : 1) * textFlops + steps * stepFlops + decodeFlops;
    }

    /** Side of the largest square picture that fits into {@code budget} bytes, pixels; 0 where none does. */
    public static int largestSquare(
            PictureModel model, GenerationRequest request, Optional<VaeExtent> wanted, long budget) {
        return Fit.largestSquare(
                request.grid(),
                budget,
                grid -> of(model, request.with(grid), wanted, budget).peakBytes());
    }

    private static PlanOps plan(Consumer<PlanOps> work) {
        try (var ops = new PlanOps()) {
            work.accept(ops);
            return ops;
        }
    }

    private static void planStep(PlanOps ops, PictureModel model, GenerationRequest request) {
        var embeds = model.blank(request.text().tokens());
        var negative = request.sampling().classifierFree() ? Optional.of(embeds) : Optional.<PromptEmbeds>empty();
        var references = new ArrayList<Reference>();
        if (request.inputs().editing().mask().isPresent() && model.seesPaintedPicture()) {
            references.add(new Reference(request.grid(), new float[0]));
        }
        for (var image : request.inputs().references()) {
            references.add(new Reference(model.grid(image.width(), image.height()), new float[0]));
        }
        var conditions = new Conditions(references, request.inputs().editing().memory(), new float[0]);
        Denoiser.of(ops, model, request, new PromptPair(embeds, negative), conditions)
                .velocity(new float[0], 1);
    }

    private static void planVae(PlanOps ops, PictureModel model, GenerationRequest request, VaeExtent extent) {
        var codec = model.codec();
        var way = VaeWay.of(extent);
        int height = request.grid().pixelHeight();
        int width = request.grid().pixelWidth();
        if (request.inputs().init().isPresent()) {
            ops.unit("encode", () -> codec.planEncode(ops, height, width, way));
        }
        for (var image : request.inputs().references()) {
            ops.unit("encode", () -> codec.planEncode(ops, image.height(), image.width(), way));
        }
        codec.planDecode(ops, height, width, way);
    }
}
