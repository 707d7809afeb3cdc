package io.mural.model.request;

import io.mural.tensor.InputException;
import io.mural.weights.text.JsonObject;

/**
 * What a model is best asked for when the user does not say: the model folder's {@code mural.json}, or the published
 * model's own numbers.
 *
 * @param width native width, pixels
 * @param height native height, pixels
 * @param textTokens length that a prompt's tokens are padded to; transformers attend to padding, so it matters
 * @param steps Euler steps
 * @param guidance distilled guidance scale
 * @param trueCfg classifier-free guidance scale; 1 for none
 * @param negative negative prompt of classifier-free guidance
 * @param maxMu bound of the dynamic shift, infinite for none
 */
public record ModelDefaults(
        int width,
        int height,
        int textTokens,
        int steps,
        double guidance,
        double trueCfg,
        String negative,
        double maxMu) {

    /** FLUX.1-dev, as diffusers' pipeline asks for it. */
    public static final ModelDefaults FLUX1_DEV =
            new ModelDefaults(1024, 1024, 512, 28, 3.5, 1, "", Double.POSITIVE_INFINITY);

    /** FLUX.1-schnell: distilled to 4 steps, trained with 256 text tokens. */
    public static final ModelDefaults FLUX1_SCHNELL =
            new ModelDefaults(1024, 1024, 256, 4, 0, 1, "", Double.POSITIVE_INFINITY);

    /** FLUX.1-Kontext-dev. */
    public static final ModelDefaults FLUX1_KONTEXT =
            new ModelDefaults(1024, 1024, 512, 28, 2.5, 1, "", Double.POSITIVE_INFINITY);

    /** FLUX.1-Fill-dev. */
    public static final ModelDefaults FLUX1_FILL =
            new ModelDefaults(1024, 1024, 512, 50, 30, 1, "", Double.POSITIVE_INFINITY);

    /** FLUX.1-Canny-dev. */
    public static final ModelDefaults FLUX1_CANNY =
            new ModelDefaults(1024, 1024, 512, 50, 30, 1, "", Double.POSITIVE_INFINITY);

    /** FLUX.1-Depth-dev. */
    public static final ModelDefaults FLUX1_DEPTH =
            new ModelDefaults(1024, 1024, 512, 30, 10, 1, "", Double.POSITIVE_INFINITY);

    /** FLUX.2-klein: distilled to 4 steps. */
    public static final ModelDefaults FLUX2_KLEIN =
            new ModelDefaults(1024, 1024, 512, 4, 0, 1, "", Double.POSITIVE_INFINITY);

    /** FLUX.2-klein-base, guided by the empty prompt, as diffusers' pipeline asks for it. */
    public static final ModelDefaults FLUX2_KLEIN_BASE =
            new ModelDefaults(1024, 1024, 512, 50, 0, 4, "", Double.POSITIVE_INFINITY);

    /** FLUX.2-dev: distilled with a guidance scale. */
    public static final ModelDefaults FLUX2_DEV =
            new ModelDefaults(1024, 1024, 512, 50, 4, 1, "", Double.POSITIVE_INFINITY);

    /** The numbers of {@code json}; what it leaves out comes from {@code otherwise}. */
    public static ModelDefaults of(JsonObject json, ModelDefaults otherwise) {
        int[] size = json.integers("native_size", otherwise.width, otherwise.height);
        if (size.length != 2) {
            throw new InputException(json.source() + ": \"native_size\" has " + size.length + " numbers, expected two");
        }
        return new ModelDefaults(
                size[0],
                size[1],
                json.integer("text_tokens", otherwise.textTokens),
                json.integer("steps", otherwise.steps),
                json.number("guidance", otherwise.guidance),
                json.number("true_cfg", otherwise.trueCfg),
                json.string("negative", otherwise.negative),
                json.number("max_mu", otherwise.maxMu));
    }
}
