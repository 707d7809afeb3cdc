package io.mural.model.pipeline;

import io.mural.model.family.PictureModel;
import io.mural.model.image.RgbImage;
import io.mural.model.request.GenerationRequest;
import io.mural.tensor.Ops;
import java.util.function.Supplier;

/** Small pictures of what unfinished ones will be, in the rough colours of their latents. */
public final class Previews {
    /** Pixels of the longer side: a latent is one. */
    private static final int LARGEST = 512;

    private final PictureModel model;
    private LatentColours colours; // null until the first preview

    /** Fits the colours of a model once, at the first preview. */
    public Previews(PictureModel model) {
        this.model = model;
    }

    /**
     * What a step expects the finished picture to be.
     *
     * @param device opens operations, to fit the colours
     * @param latents packed tokens after the step
     * @param velocity as {@code latents}
     * @param sigma noise level of {@code latents}
     */
    RgbImage picture(Supplier<Ops> device, GenerationRequest request, float[] latents, float[] velocity, float sigma) {
        if (colours == null) {
            try (var ops = device.get()) {
                colours = LatentColours.fit(ops, model.codec());
            }
        }
        var small = Preview.of(
                latents,
                velocity,
                sigma,
                request.grid().height(),
                request.grid().width(),
                LARGEST / 2);
        return colours.picture(small.latents(), small.gridHeight(), small.gridWidth());
    }
}
