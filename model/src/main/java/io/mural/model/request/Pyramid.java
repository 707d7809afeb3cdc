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
public record Pyramid(Grid base, List<Level> levels) {
    /**
     * A picture with a guide.
     *
     * @param ratio how many times larger than the level before, on each side
     */
    public record Level(Grid grid, int ratio) {
        /** Of the level before: it covers this one and, where the ratio does not divide the size, a little more. */
        public Grid guide() {
            return grid.reduced(ratio);
        }
    }

    public Pyramid {
        levels = List.copyOf(levels);
    }

    /** One level, over the base that it needs. */
    public static Pyramid of(Level level) {
        return new Pyramid(level.guide(), List.of(level));
    }

    /**
     * The fewest levels to a size, all by the full ratio but the last, which is as small as still lets the base have no
     * more than the native number of tokens: 8192 x 8192 from 1024 x 1024 is 1024, 4096, 8192.
     *
     * @param picture the size asked for
     * @param nativeTokens tokens of a picture of the model's own size
     * @param ratio the largest step from level to level, at least 2
     */
    public static Pyramid of(Grid picture, int nativeTokens, int ratio) {
        if (ratio < 2) {
            throw new InputException("a ratio of " + ratio + " makes nothing larger: choose 2 or more");
        }
        for (int full = 0; ; full++) {
            for (int last = 2; last <= ratio; last++) {
                var pyramid = of(picture, full, last, ratio);
                if (pyramid.base().tokens() <= nativeTokens) {
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
    public static Pyramid from(int height, int width, Grid picture, int ratio) {
        if (height >= picture.pixelHeight() || width >= picture.pixelWidth()) {
            throw new InputException("a picture of " + width + "x" + height + " cannot guide one of " + picture
                    + "; ask for a larger size");
        }
        int pixels = picture.tokenPixels();
        return of(picture, Math.max(1, Math.ceilDiv(height, pixels) * Math.ceilDiv(width, pixels)), ratio);
    }

    private static Pyramid of(Grid picture, int full, int last, int ratio) {
        var levels = new ArrayList<Level>();
        var grid = picture;
        for (int i = full; i >= 0; i--) {
            var level = new Level(grid, i == full ? last : ratio);
            levels.addFirst(level);
            grid = level.guide();
        }
        return new Pyramid(grid, levels);
    }

    /** The way in pixels, such as {@code 1024x1024 -> 4096x4096 -> 8192x8192}. */
    @Override
    public String toString() {
        var text = new StringBuilder(base.toString());
        for (var level : levels) {
            text.append(" -> ").append(level.grid());
        }
        return text.toString();
    }
}
