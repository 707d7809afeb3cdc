package io.mural.model.request;

import io.mural.model.edit.Mask;
import io.mural.model.image.RgbImage;
import java.util.Optional;

/**
 * What is asked of a model besides when a picture is made from others.
 *
 * @param mask what of the picture it starts from is painted anew, of any size; without one, all of it
 * @param control a picture that control models follow, of any size: edges, or depths
 * @param start how latents are taken of the picture it starts from
 * @param memory whether the tokens of references are made anew in every step, with its conditioning, or once
 */
public record Editing(Optional<Mask> mask, Optional<RgbImage> control, Start start, References memory) {
    /** Which of the latents that the encoder holds possible a picture starts from. */
    public enum Start {
        /** Drawn by the seed before the noise, as diffusers does it for FLUX.1. */
        DRAWN,
        /** The mean of all. */
        MEAN
    }

    /** When the keys and values of reference pictures are made. */
    public enum References {
        /** In every step, as the published pipelines do it. */
        EACH_STEP,
        /** Once, at noise level 0: less work in every step, and another picture. FLUX.2 only. */
        ONCE
    }

    /** Nothing besides. */
    public static final Editing NONE =
            new Editing(Optional.empty(), Optional.empty(), Start.DRAWN, References.EACH_STEP);
}
