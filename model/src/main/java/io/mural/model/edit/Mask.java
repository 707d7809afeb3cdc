package io.mural.model.edit;

import io.mural.model.image.GrayImage;
import io.mural.model.image.Resize;
import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;
import java.util.Arrays;

/**
 * Which pixels of a picture are painted anew: those from the middle of gray on, up to white. The model sees each pixel
 * wholly in or out, as diffusers' pipelines do; gray counts only when the result is laid over the picture.
 *
 * @param gray of the picture's size; 255 is painted anew, 0 is kept
 * @param fade pixels from the border inwards over which painting begins later and later, so that what is near the border
 *     stays like the picture; 0 as diffusers' pipelines do it
 */
public record Mask(GrayImage gray, int fade) {
    /** From here on a pixel is painted anew. */
    public static final int MIDDLE = 128;

    private static final byte WHITE = (byte) 255;

    public Mask {
        if (!reaches(gray)) {
            throw InputException.about(
                    "mask", "the mask is black everywhere, so that nothing would be painted; white is painted anew");
        }
    }

    /** One whose pixels are all painted from the first step on. */
    public Mask(GrayImage gray) {
        this(gray, 0);
    }

    private static boolean reaches(GrayImage gray) {
        for (byte value : gray.values()) {
            if ((value & 0xff) >= MIDDLE) {
                return true;
            }
        }
        return false;
    }

    public static Mask of(RgbImage image) {
        return new Mask(GrayImage.of(image));
    }

    /** A rectangle of a picture. */
    public static Mask of(Region region, int width, int height) {
        region.within(width, height);
        var values = new byte[Math.multiplyExact(width, height)];
        for (int y = region.top(); y < region.bottom(); y++) {
            Arrays.fill(values, y * width + region.left(), y * width + region.right(), WHITE);
        }
        return new Mask(new GrayImage(width, height, values));
    }

    /** All of a picture. */
    public static Mask all(int width, int height) {
        return of(new Region(0, 0, width, height), width, height);
    }

    public int width() {
        return gray.width();
    }

    public int height() {
        return gray.height();
    }

    /** Whether a pixel is painted anew. */
    public boolean paints(int x, int y) {
        return gray.at(x, y) >= MIDDLE;
    }

    /** The same for a picture of another size. */
    public Mask resized(int width, int height) {
        return new Mask(Resize.lanczos(gray, width, height), Math.round((float) fade * width / width()));
    }

    /** How much of the steps each pixel of a fading mask takes part in, 0 to 1; empty of one that does not fade. */
    float[] strengths() {
        return fade == 0 ? new float[0] : Feather.alpha(gray, fade);
    }
}
