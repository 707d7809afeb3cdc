package io.mural.model.request;

import io.mural.tensor.InputException;

/**
 * The raster of latent tokens that covers a picture.
 *
 * @param height rows of tokens
 * @param width tokens of a row
 * @param tokenPixels side of the square of pixels that a token covers, as the model has it
 */
public record Grid(int height, int width, int tokenPixels) {
    private static final int LARGEST_SIDE = 1 << 16;
    /** Three values a pixel in one array. */
    private static final int MOST_PIXELS = 1 << 29;

    /**
     * The grid of a picture; {@link InputException} for sizes that no model can make, naming the nearest that can be.
     *
     * @param pixelWidth a multiple of {@code tokenPixels}
     * @param pixelHeight a multiple of {@code tokenPixels}
     */
    public static Grid of(int pixelWidth, int pixelHeight, int tokenPixels) {
        requireSide("width", pixelWidth, tokenPixels);
        requireSide("height", pixelHeight, tokenPixels);
        if ((long) pixelWidth * pixelHeight > MOST_PIXELS) {
            throw new InputException("a picture of " + pixelWidth + "x" + pixelHeight + " has more than " + MOST_PIXELS
                    + " pixels, the most a picture can have here");
        }
        return new Grid(pixelHeight / tokenPixels, pixelWidth / tokenPixels, tokenPixels);
    }

    private static void requireSide(String side, int pixels, int step) {
        if (pixels < step || pixels > LARGEST_SIDE || pixels % step != 0) {
            int nearest = Math.clamp(Math.round((float) pixels / step), 1, LARGEST_SIDE / step);
            throw new InputException("a " + side + " of " + pixels + " pixels is not a multiple of " + step + " from "
                    + step + " to " + LARGEST_SIDE + "; the nearest is " + nearest * step);
        }
    }

    public int tokens() {
        return height * width;
    }

    public int pixelHeight() {
        return height * tokenPixels;
    }

    public int pixelWidth() {
        return width * tokenPixels;
    }

    /** Another number of the same tokens. */
    public Grid resized(int otherHeight, int otherWidth) {
        return new Grid(otherHeight, otherWidth, tokenPixels);
    }

    /** The smallest grid that covers this one when every token of it is enlarged by {@code ratio}. */
    public Grid reduced(int ratio) {
        return resized(Math.ceilDiv(height, ratio), Math.ceilDiv(width, ratio));
    }

    /** The size in pixels, such as {@code 1024x768}. */
    @Override
    public String toString() {
        return pixelWidth() + "x" + pixelHeight();
    }
}
