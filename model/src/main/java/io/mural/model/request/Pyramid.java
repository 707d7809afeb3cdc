package io.mural.model.request;

import io.mural.tensor.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * The sizes a large picture goes through: a base of about the model's own size, then levels, each guided by the one
 * before.
 *
 * @param levels smallest first; the last has the size asked for
 */
public record Pyramid(int baseHeight, int baseWidth, List<Level> levels) {
    /**
     * A picture with a guide.
     *
     * @param gridHeight rows of tokens
     * @param gridWidth tokens of a row
     * @param ratio how many times larger than the level before, on each side
     */
    public record Level(int gridHeight, int gridWidth, int ratio) {
        public int tokens() {
            return gridHeight * gridWidth;
        }

        public int guideHeight() {
            return Math.ceilDiv(gridHeight, ratio);
        }

        public int guideWidth() {
            return Math.ceilDiv(gridWidth, ratio);
        }

        public int height() {
            return gridHeight * GenerationRequest.TOKEN_PIXELS;
        }

        public int width() {
            return gridWidth * GenerationRequest.TOKEN_PIXELS;
        }
    }

    public Pyramid {
        levels = List.copyOf(levels);
    }

    /**
     * The fewest levels to a size, all by the full ratio but the last, which is as small as still lets the base have no
     * more than the native number of tokens: 8192 x 8192 from 1024 x 1024 is 1024, 4096, 8192.
     *
     * @param gridHeight rows of tokens of the picture asked for
     * @param gridWidth tokens of a row
     * @param nativeTokens tokens of a picture of the model's own size
     * @param ratio the largest step from level to level, at least 2
     */
    public static Pyramid of(int gridHeight, int gridWidth, int nativeTokens, int ratio) {
        if (ratio < 2) {
            throw new InputException("a ratio of " + ratio + " makes nothing larger: choose 2 or more");
        }
        for (int full = 0; ; full++) {
            for (int last = 2; last <= ratio; last++) {
                var pyramid = of(gridHeight, gridWidth, full, last, ratio);
                if ((long) pyramid.baseHeight * pyramid.baseWidth <= nativeTokens) {
                    return pyramid;
                }
            }
        }
    }

    /**
     * From a picture that is there already, which is resized to the size of the base.
     *
     * @param height of the picture, pixels
     * @param width of the picture, pixels
     */
    public static Pyramid from(int height, int width, int gridHeight, int gridWidth, int ratio) {
        int pixels = GenerationRequest.TOKEN_PIXELS;
        if (height >= gridHeight * pixels || width >= gridWidth * pixels) {
            throw new InputException("a picture of " + width + "x" + height + " cannot guide one of "
                    + gridWidth * pixels + "x" + gridHeight * pixels + "; ask for a larger size");
        }
        return of(
                gridHeight, gridWidth, Math.max(1, Math.ceilDiv(height, pixels) * Math.ceilDiv(width, pixels)), ratio);
    }

    private static Pyramid of(int gridHeight, int gridWidth, int full, int last, int ratio) {
        var levels = new ArrayList<Level>();
        int height = gridHeight;
        int width = gridWidth;
        for (int i = full; i >= 0; i--) {
            var level = new Level(height, width, i == full ? last : ratio);
            levels.addFirst(level);
            height = level.guideHeight();
            width = level.guideWidth();
        }
        return new Pyramid(height, width, levels);
    }

    /** The way in pixels, such as {@code 1024x1024 -> 4096x4096 -> 8192x8192}. */
    @Override
    public String toString() {
        int pixels = GenerationRequest.TOKEN_PIXELS;
        var text = new StringBuilder(baseWidth * pixels + "x" + baseHeight * pixels);
        for (var level : levels) {
            text.append(" -> ").append(level.width()).append('x').append(level.height());
        }
        return text.toString();
    }
}
