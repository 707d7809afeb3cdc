package io.mural.model.request;

import io.mural.model.image.RgbImage;
import io.mural.tensor.DType;
import io.mural.tensor.InputException;
import java.util.List;
import java.util.Optional;

/**
 * One picture to make.
 *
 * @param negative what classifier-free guidance steers away from
 * @param trueCfg classifier-free guidance scale; 1 evaluates the model once a step, any other twice
 * @param width pixels, a multiple of 16
 * @param height pixels, a multiple of 16
 * @param guidance distilled guidance scale, for models that take one
 * @param textTokens length that the prompt is cut or padded to
 * @param init the picture to start from, for image to image
 * @param noiseDtype format that noise is drawn in; by default that of the transformer's file, as diffusers does
 * @param references pictures to make it after, as {@link ReferenceImages} prepares them
 * @param editing what is asked besides when it is made from other pictures
 */
public record GenerationRequest(
        String prompt,
        String negative,
        double trueCfg,
        int width,
        int height,
        int steps,
        long seed,
        double guidance,
        int textTokens,
        Optional<Init> init,
        Optional<DType> noiseDtype,
        List<RgbImage> references,
        Editing editing) {

    /** Pixels a side of a token covers: sizes are multiples of it. */
    public static final int TOKEN_PIXELS = 16;

    private static final int LARGEST_SIDE = 1 << 16;
    /** Three values a pixel in one array. */
    private static final int MOST_PIXELS = 1 << 29;

    /**
     * @param image any size; it is resized to the request's
     * @param strength part of the steps that is run: near 0 keeps the picture, 1 ignores it; 0, it guides a larger one
     */
    public record Init(RgbImage image, double strength) {}

    public GenerationRequest {
        references = List.copyOf(references);
        requireSize(width, height);
        if (textTokens < 1) {
            throw new InputException("a text length of " + textTokens + " tokens: expected at least 1");
        }
    }

    /** With nothing to edit. */
    public GenerationRequest(
            String prompt,
            String negative,
            double trueCfg,
            int width,
            int height,
            int steps,
            long seed,
            double guidance,
            int textTokens,
            Optional<Init> init,
            Optional<DType> noiseDtype,
            List<RgbImage> references) {
        this(
                prompt,
                negative,
                trueCfg,
                width,
                height,
                steps,
                seed,
                guidance,
                textTokens,
                init,
                noiseDtype,
                references,
                Editing.NONE);
    }

    /** Without reference pictures. */
    public GenerationRequest(
            String prompt,
            String negative,
            double trueCfg,
            int width,
            int height,
            int steps,
            long seed,
            double guidance,
            int textTokens,
            Optional<Init> init,
            Optional<DType> noiseDtype) {
        this(prompt, negative, trueCfg, width, height, steps, seed, guidance, textTokens, init, noiseDtype, List.of());
    }

    /** Refuses sizes that no model can make, naming the nearest that can be. */
    public static void requireSize(int width, int height) {
        requireSide("width", width);
        requireSide("height", height);
        if ((long) width * height > MOST_PIXELS) {
            throw new InputException("a picture of " + width + "x" + height + " has more than " + MOST_PIXELS
                    + " pixels, the most a picture can have here");
        }
    }

    private static void requireSide(String side, int pixels) {
        if (pixels < TOKEN_PIXELS || pixels > LARGEST_SIDE || pixels % TOKEN_PIXELS != 0) {
            int nearest = Math.clamp(Math.round((float) pixels / TOKEN_PIXELS), 1, LARGEST_SIDE / TOKEN_PIXELS);
            throw new InputException("a " + side + " of " + pixels + " pixels is not a multiple of " + TOKEN_PIXELS
                    + " from " + TOKEN_PIXELS + " to " + LARGEST_SIDE + "; the nearest is " + nearest * TOKEN_PIXELS);
        }
    }

    /** Rows of image tokens. */
    public int gridHeight() {
        return height / TOKEN_PIXELS;
    }

    /** Image tokens of a row. */
    public int gridWidth() {
        return width / TOKEN_PIXELS;
    }

    public int imageTokens() {
        return gridHeight() * gridWidth();
    }

    /** Whether the model is evaluated for the negative prompt too. */
    public boolean classifierFree() {
        return trueCfg != 1;
    }

    public GenerationRequest withSize(int otherWidth, int otherHeight) {
        return new GenerationRequest(
                prompt,
                negative,
                trueCfg,
                otherWidth,
                otherHeight,
                steps,
                seed,
                guidance,
                textTokens,
                init,
                noiseDtype,
                references,
                editing);
    }

    public GenerationRequest withSeed(long other) {
        return new GenerationRequest(
                prompt,
                negative,
                trueCfg,
                width,
                height,
                steps,
                other,
                guidance,
                textTokens,
                init,
                noiseDtype,
                references,
                editing);
    }

    public GenerationRequest withEditing(Editing other) {
        return new GenerationRequest(
                prompt,
                negative,
                trueCfg,
                width,
                height,
                steps,
                seed,
                guidance,
                textTokens,
                init,
                noiseDtype,
                references,
                other);
    }

    public GenerationRequest withInit(Optional<Init> other) {
        return new GenerationRequest(
                prompt,
                negative,
                trueCfg,
                width,
                height,
                steps,
                seed,
                guidance,
                textTokens,
                other,
                noiseDtype,
                references,
                editing);
    }
}
