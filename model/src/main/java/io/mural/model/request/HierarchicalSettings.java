package io.mural.model.request;

import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.model.sampling.FlowMatchSchedule;
import io.mural.tensor.InputException;
import io.mural.weights.text.JsonObject;
import java.util.Locale;

/**
 * How the hierarchical method makes a picture larger than the model's own size.
 *
 * @param shift of the noise levels, the same for all sizes
 * @param steps of a whole way from noise to picture
 * @param skipSteps how many of them the warm start saves; 0 starts from pure noise
 * @param guidance distilled guidance scale, for models that take one
 * @param trueCfg classifier-free guidance scale; 1 for none
 * @param upsampler what the warm start is made with
 */
public record HierarchicalSettings(
        HierarchicalGeometry geometry,
        double shift,
        int steps,
        int skipSteps,
        double guidance,
        double trueCfg,
        Upsampler upsampler) {

    /** How the guide is enlarged for the warm start. */
    public enum Upsampler {
        /** Decoded, resized, sharpened and encoded again. */
        PIXEL,
        /** Its latents are enlarged bicubically, as in the authors' code. */
        LATENT
    }

    /** FLUX.1-dev, as published. */
    public static final HierarchicalSettings FLUX1 =
            new HierarchicalSettings(HierarchicalGeometry.FLUX1, 3, 28, 10, 3.5, 1, Upsampler.PIXEL);

    /** FLUX.2-klein in 4 steps: from pure noise. */
    public static final HierarchicalSettings FLUX2_KLEIN =
            new HierarchicalSettings(HierarchicalGeometry.FLUX2_KLEIN, 3, 4, 0, 0, 1, Upsampler.PIXEL);

    /** FLUX.2-klein-base: 18 steps over the enlarged base, guided by the empty prompt. */
    public static final HierarchicalSettings FLUX2_KLEIN_BASE =
            new HierarchicalSettings(HierarchicalGeometry.FLUX1, 3, 28, 10, 0, 4, Upsampler.PIXEL);

    public HierarchicalSettings {
        if (!(shift > 0 && Double.isFinite(shift))) {
            throw new InputException("a shift of " + shift + ": choose a positive number");
        }
        if (skipSteps < 0 || skipSteps >= steps) {
            throw new InputException(
                    "cannot skip " + skipSteps + " of " + steps + " steps: choose 0 to " + (steps - 1));
        }
    }

    /** The numbers of {@code json}; what it leaves out comes from {@code otherwise}. */
    public static HierarchicalSettings of(JsonObject json, HierarchicalSettings otherwise) {
        var name = json.string("upsampler", otherwise.upsampler.name().toLowerCase(Locale.ROOT));
        var upsampler = switch (name) {
            case "pixel" -> Upsampler.PIXEL;
            case "latent" -> Upsampler.LATENT;
            default -> throw json.error("upsampler", "is " + name + ", expected pixel or latent");
        };
        return new HierarchicalSettings(
                HierarchicalGeometry.of(json, otherwise.geometry),
                json.number("shift", otherwise.shift),
                json.integer("steps", otherwise.steps),
                json.integer("skip_steps", otherwise.skipSteps),
                json.number("guidance", otherwise.guidance),
                json.number("true_cfg", otherwise.trueCfg),
                upsampler);
    }

    /** The noise levels of the steps that are run. */
    public FlowMatchSchedule schedule() {
        return FlowMatchSchedule.fixed(steps, shift).from(skipSteps);
    }

    public boolean classifierFree() {
        return trueCfg != 1;
    }
}
