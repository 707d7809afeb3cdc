package io.mural.model.pipeline;

import io.mural.model.edit.LatentMask;
import io.mural.model.request.Conditions;
import io.mural.model.sampling.Latents;
import java.util.Optional;

/**
 * What the steps of a picture begin with.
 *
 * @param latents packed tokens at the first step's noise level
 * @param conditions what stands beside the noise
 * @param kept what of another picture is kept
 */
record Beginning(float[] latents, Conditions conditions, Optional<Kept> kept) {
    /**
     * The part of a picture that is not painted anew: after every step it stands again where the steps would have left
     * it, with the same noise (as in diffusers' inpainting pipelines).
     *
     * @param clean the picture's tokens without noise
     * @param noise what the steps began with
     */
    record Kept(float[] clean, float[] noise, LatentMask mask) {
        /**
         * Puts the kept part back, in place.
         *
         * @param sigma the noise level that a step led to, 0 after the last
         * @param left how much of the steps is still to come, 0 after the last
         */
        void back(float[] latents, float sigma, float left) {
            mask.lay(Latents.noised(clean, noise, sigma), latents, left);
        }
    }
}
