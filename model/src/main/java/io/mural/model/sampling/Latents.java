package io.mural.model.sampling;

import io.mural.tensor.InputException;

/**
 * Latent tokens as FLUX packs them: a token is a 2x2 cell of the latent picture, feature {@code channel * 4 + dy * 2 +
 * dx}. All arrays are row-major.
 */
public final class Latents {
    private static final int CELL = 2;
    private static final int CELL_PIXELS = CELL * CELL;

    private Latents() {}

    /** Noise as it is drawn, [channels, height, width], to tokens [height / 2 x width / 2, channels x 4]. */
    public static float[] packPlanes(float[] planes, int channels, int height, int width) {
        var tokens = new float[planes.length];
        for (int c = 0; c < channels; c++) {
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    tokens[index(y, x, c, channels, width)] = planes[(c * height + y) * width + x];
                }
            }
        }
        return tokens;
    }

    /** Noise that is drawn as planes of whole tokens, [features, tokens], to [tokens, features]. */
    public static float[] tokens(float[] planes, int features) {
        int count = planes.length / features;
        var tokens = new float[planes.length];
        for (int i = 0; i < planes.length; i++) {
            tokens[i % count * features + i / count] = planes[i];
        }
        return tokens;
    }

    /** A latent picture [height, width, channels] to tokens [height / 2 x width / 2, channels x 4]. */
    public static float[] pack(float[] picture, int channels, int height, int width) {
        var tokens = new float[picture.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < channels; c++) {
                    tokens[index(y, x, c, channels, width)] = picture[(y * width + x) * channels + c];
                }
            }
        }
        return tokens;
    }

    /** Tokens [height / 2 x width / 2, channels x 4] to a latent picture [height, width, channels]. */
    public static float[] unpack(float[] tokens, int channels, int height, int width) {
        var picture = new float[tokens.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < channels; c++) {
                    picture[(y * width + x) * channels + c] = tokens[index(y, x, c, channels, width)];
                }
            }
        }
        return picture;
    }

    private static int index(int y, int x, int c, int channels, int width) {
        int token = y / CELL * (width / CELL) + x / CELL;
        return token * channels * CELL_PIXELS + c * CELL_PIXELS + y % CELL * CELL + x % CELL;
    }

    /** Whether all values are numbers. */
    public static boolean areFinite(float... values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Ends a run whose latents are no longer numbers: the picture would be of one colour.
     *
     * @param step counted from 1
     */
    public static void requireFinite(float[] latents, int step) {
        if (!areFinite(latents)) {
            throw new InputException(
                    "after step " + step + " the latents are no longer numbers: weights or a LoRA are damaged, or"
                            + " a scale is too large; mural inspect `check` looks at a model's"
                            + " weights");
        }
    }

    /** A step of Euler's method, in place: {@code latents += delta * velocity}. */
    public static void step(float[] latents, float[] velocity, float delta) {
        for (int i = 0; i < latents.length; i++) {
            latents[i] += delta * velocity[i];
        }
    }

    /** {@code sigma * noise + (1 - sigma) * clean}: a picture brought to a noise level. */
    public static float[] noised(float[] clean, float[] noise, float sigma) {
        var latents = new float[clean.length];
        for (int i = 0; i < latents.length; i++) {
            latents[i] = sigma * noise[i] + (1 - sigma) * clean[i];
        }
        return latents;
    }

    /** Classifier-free guidance (arXiv 2207.12598): {@code negative + scale * (positive - negative)}, into positive. */
    public static void classifierFree(float[] positive, float[] negative, float scale) {
        for (int i = 0; i < positive.length; i++) {
            positive[i] = negative[i] + scale * (positive[i] - negative[i]);
        }
    }
}
