package io.mural.model.edit;

import io.mural.model.sampling.Latents;
import java.util.Arrays;

/**
 * A mask for packed latent tokens: 1 where they are painted anew, 0 where they are kept.
 *
 * @param values [tokens, features]
 * @param strengths [tokens, features] how much of the steps, the last ones, each takes part in; before, it is kept. Empty
 *     where all take part in all. (Levin, Fried: Differential Diffusion, arXiv 2306.00950.)
 */
public record LatentMask(float[] values, float[] strengths) {
    /** Pixels that a side of a latent pixel covers. */
    private static final int LATENT_PIXELS = 8;

    private static final int TOKEN_PIXELS = 2 * LATENT_PIXELS;

    /** One that is painted from the first step on. */
    public LatentMask(float[] values) {
        this(values, new float[0]);
    }

    /** FLUX.1's: each latent pixel takes the mask's value at its first pixel, as nearest interpolation does. */
    public static LatentMask nearest(Mask mask, int channels) {
        int height = mask.height() / LATENT_PIXELS;
        int width = mask.width() / LATENT_PIXELS;
        var picture = new float[height * width * channels];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if (mask.paints(x * LATENT_PIXELS, y * LATENT_PIXELS)) {
                    int at = (y * width + x) * channels;
                    Arrays.fill(picture, at, at + channels, 1);
                }
            }
        }
        return new LatentMask(
                Latents.pack(picture, channels, height, width),
                mask.fade() == 0
                        ? new float[0]
                        : Latents.pack(
                                spread(means(mask.strengths(), mask.width(), LATENT_PIXELS), channels),
                                channels,
                                height,
                                width));
    }

    /** Means over squares; none of none. */
    static float[] means(float[] pixels, int rowPixels, int side) {
        int width = rowPixels / side;
        int height = pixels.length / rowPixels / side;
        var means = new float[width * height];
        for (int y = 0; y < height * side; y++) {
            for (int x = 0; x < width * side; x++) {
                means[y / side * width + x / side] += pixels[y * rowPixels + x] / (side * side);
            }
        }
        return means;
    }

    /** Each value so many times. */
    private static float[] spread(float[] values, int times) {
        var all = new float[values.length * times];
        for (int i = 0; i < values.length; i++) {
            Arrays.fill(all, i * times, (i + 1) * times, values[i]);
        }
        return all;
    }

    /** FLUX.2's: each token takes the mean of the four pixels at its middle, as bilinear interpolation does. */
    public static LatentMask bilinear(Mask mask, int features) {
        int height = mask.height() / TOKEN_PIXELS;
        int width = mask.width() / TOKEN_PIXELS;
        var values = new float[height * width * features];
        for (int token = 0; token < height * width; token++) {
            int x = token % width * TOKEN_PIXELS + LATENT_PIXELS - 1;
            int y = token / width * TOKEN_PIXELS + LATENT_PIXELS - 1;
            int painted = 0;
            for (int i = 0; i < 4; i++) {
                painted += mask.paints(x + i % 2, y + i / 2) ? 1 : 0;
            }
            Arrays.fill(values, token * features, (token + 1) * features, painted / 4f);
        }
        return new LatentMask(values, spread(means(mask.strengths(), mask.width(), TOKEN_PIXELS), features));
    }

    /**
     * What FLUX.1 Fill sees of a mask, [tokens, 256]: the 8 x 8 pixels of a latent pixel are its channels, which are
     * packed as latents are.
     */
    public static float[] pixels(Mask mask) {
        int channels = LATENT_PIXELS * LATENT_PIXELS;
        int height = mask.height() / LATENT_PIXELS;
        int width = mask.width() / LATENT_PIXELS;
        var picture = new float[height * width * channels];
        for (int y = 0; y < height * LATENT_PIXELS; y++) {
            for (int x = 0; x < width * LATENT_PIXELS; x++) {
                int cell = y / LATENT_PIXELS * width + x / LATENT_PIXELS;
                int channel = y % LATENT_PIXELS * LATENT_PIXELS + x % LATENT_PIXELS;
                picture[cell * channels + channel] = mask.paints(x, y) ? 1 : 0;
            }
        }
        return Latents.pack(picture, channels, height, width);
    }

    /**
     * Lays kept latents over painted ones, in place: {@code painted = (1 - mask) * kept + mask * painted}.
     *
     * @param left how much of the steps is still to come, 0 after the last
     */
    public void lay(float[] kept, float[] painted, float left) {
        for (int i = 0; i < painted.length; i++) {
            float mask = strengths.length == 0 || strengths[i] > left ? values[i] : 0;
            painted[i] = (1 - mask) * kept[i] + mask * painted[i];
        }
    }
}
