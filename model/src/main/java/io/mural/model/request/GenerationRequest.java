package io.mural.model.request;

import io.mural.model.image.RgbImage;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import java.util.List;
import java.util.Optional;

/**
 * One picture to make.
 *
 * @param grid its size
 */
public record GenerationRequest(Text text, Grid grid, Sampling sampling, Inputs inputs) {

    /**
     * Words.
     *
     * @param negative what classifier-free guidance steers away from
     * @param tokens length that the prompts are cut or padded to
     */
    public record Text(String prompt, String negative, int tokens) {
        public Text {
            if (tokens < 1) {
                throw new InputException("a text length of " + tokens + " tokens: expected at least 1");
            }
        }
    }

    /**
     * From noise to picture.
     *
     * @param guidance distilled guidance scale, for models that take one
     * @param trueCfg classifier-free guidance scale; 1 evaluates the model once a step, any other twice
     * @param noiseDtype format that noise is drawn in; by default that of the transformer's file, as diffusers does
     */
    public record Sampling(int steps, long seed, double guidance, double trueCfg, Optional<DType> noiseDtype) {
        /** What a model is best asked for. */
        public static Sampling of(ModelDefaults defaults, long seed) {
            return new Sampling(defaults.steps(), seed, defaults.guidance(), defaults.trueCfg(), Optional.empty());
        }

        /** Whether the model is evaluated for the negative prompt too. */
        public boolean classifierFree() {
            return trueCfg != 1;
        }
    }

    /**
     * Pictures that it is made from.
     *
     * @param init the picture to start from, for image to image
     * @param references pictures to make it after, as {@link ReferenceImages} prepares them
     * @param editing what is asked besides
     */
    public record Inputs(Optional<Init> init, List<RgbImage> references, Editing editing) {
        public static final Inputs NONE = new Inputs(Optional.empty(), List.of());

        public Inputs {
            references = List.copyOf(references);
        }

        /** With nothing asked besides. */
        public Inputs(Optional<Init> init, List<RgbImage> references) {
            this(init, references, Editing.NONE);
        }
    }

    /**
     * @param image any size; it is resized to the request's
     * @param strength part of the steps that is run: near 0 keeps the picture, 1 ignores it; 0, it guides a larger one
     */
    public record Init(RgbImage image, double strength) {}

    /** With everything else as the model is best asked for. */
    public static GenerationRequest of(String prompt, ModelDefaults defaults, Grid grid, long seed) {
        return new GenerationRequest(
                new Text(prompt, defaults.negative(), defaults.textTokens()),
                grid,
                Sampling.of(defaults, seed),
                Inputs.NONE);
    }

    /** The same in another size. */
    public GenerationRequest with(Grid other) {
        return new GenerationRequest(text, other, sampling, inputs);
    }

    /** The same made from other pictures. */
    public GenerationRequest with(Inputs other) {
        return new GenerationRequest(text, grid, sampling, other);
    }
}
