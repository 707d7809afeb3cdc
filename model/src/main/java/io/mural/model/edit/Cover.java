package io.mural.model.edit;

import io.mural.model.image.GrayImage;
import java.util.function.IntBinaryOperator;

/**
 * A mask for a picture of any size, asked pixel by pixel: it takes no memory of the picture's size.
 *
 * <p>255 is painted anew, 0 is kept; from {@link Mask#MIDDLE} on the model paints.
 */
public interface Cover {
    int width();

    int height();

    /** The value at a pixel, 0 to 255. */
    int at(int x, int y);

    /** A rectangle. */
    static Cover of(Region region, int width, int height) {
        region.within(width, height);
        return new Values(width, height, (x, y) -> {
            boolean inside = x >= region.left() && x < region.right() && y >= region.top() && y < region.bottom();
            return inside ? 255 : 0;
        });
    }

    /** A mask in a picture of its own, stretched bilinearly where it has another size. */
    static Cover of(GrayImage gray, int width, int height) {
        if (gray.width() == width && gray.height() == height) {
            return new Values(width, height, gray::at);
        }
        return new Values(
                width,
                height,
                (x, y) -> stretched(
                        gray, (x + 0.5f) * gray.width() / width - 0.5f, (y + 0.5f) * gray.height() / height - 0.5f));
    }

    private static int stretched(GrayImage gray, float x, float y) {
        int left = Math.clamp((int) Math.floor(x), 0, gray.width() - 1);
        int top = Math.clamp((int) Math.floor(y), 0, gray.height() - 1);
        int right = Math.min(left + 1, gray.width() - 1);
        int bottom = Math.min(top + 1, gray.height() - 1);
        float across = Math.clamp(x - left, 0f, 1f);
        float down = Math.clamp(y - top, 0f, 1f);
        float above = gray.at(left, top) * (1 - across) + gray.at(right, top) * across;
        float below = gray.at(left, bottom) * (1 - across) + gray.at(right, bottom) * across;
        return Math.round(above * (1 - down) + below * down);
    }

    /** Everything around a picture that lies on a larger canvas, and what of the picture itself is to change. */
    static Cover around(Margins margins, Cover inside) {
        int width = inside.width() + margins.left() + margins.right();
        int height = inside.height() + margins.top() + margins.bottom();
        return new Values(width, height, (x, y) -> {
            int inX = x - margins.left();
            int inY = y - margins.top();
            boolean within = inX >= 0 && inX < inside.width() && inY >= 0 && inY < inside.height();
            return within ? inside.at(inX, inY) : 255;
        });
    }

    /** A cover by what it is at each pixel. */
    record Values(int width, int height, IntBinaryOperator value) implements Cover {
        @Override
        public int at(int x, int y) {
            return value.applyAsInt(x, y);
        }
    }

    /** Nothing of a picture. */
    static Cover none(int width, int height) {
        return of(new GrayImage(1, 1, new byte[1]), width, height);
    }

    /** Whether the model paints somewhere in a rectangle, which may reach beyond the picture. */
    default boolean paints(int left, int top, int right, int bottom) {
        int lastX = Math.min(right, width());
        int lastY = Math.min(bottom, height());
        for (int y = Math.max(0, top); y < lastY; y++) {
            for (int x = Math.max(0, left); x < lastX; x++) {
                if (at(x, y) >= Mask.MIDDLE) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The same over a smaller picture of which each pixel stands for {@code ratio} x {@code ratio}, as the largest. */
    default Cover reduced(int ratio, int smallWidth, int smallHeight) {
        var values = new byte[smallWidth * smallHeight];
        for (int y = 0; y < smallHeight; y++) {
            for (int x = 0; x < smallWidth; x++) {
                if (paints(x * ratio, y * ratio, (x + 1) * ratio, (y + 1) * ratio)) {
                    values[y * smallWidth + x] = (byte) 255;
                }
            }
        }
        return of(new GrayImage(smallWidth, smallHeight, values), smallWidth, smallHeight);
    }

    /** A part of it in memory. */
    default GrayImage part(Region region) {
        var values = new byte[region.width() * region.height()];
        for (int y = 0; y < region.height(); y++) {
            for (int x = 0; x < region.width(); x++) {
                int atX = Math.min(region.left() + x, width() - 1);
                int atY = Math.min(region.top() + y, height() - 1);
                values[y * region.width() + x] = (byte) at(atX, atY);
            }
        }
        return new GrayImage(region.width(), region.height(), values);
    }

    /** The smallest rectangle with all pixels that the model paints; there must be one. */
    default Region bounds() {
        int left = width();
        int right = 0;
        int top = height();
        int bottom = 0;
        for (int y = 0; y < height(); y++) {
            for (int x = 0; x < width(); x++) {
                if (at(x, y) >= Mask.MIDDLE) {
                    left = Math.min(left, x);
                    right = Math.max(right, x + 1);
                    top = Math.min(top, y);
                    bottom = y + 1;
                }
            }
        }
        return new Region(left, top, right - left, bottom - top);
    }
}
