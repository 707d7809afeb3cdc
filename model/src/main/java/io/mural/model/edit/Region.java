package io.mural.model.edit;

import io.mural.tensor.InputException;
import java.util.regex.Pattern;

/**
 * A rectangle of a picture, pixels.
 *
 * @param left first column
 * @param top first row
 */
public record Region(int left, int top, int width, int height) {
    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,7}),(\\d{1,7}),(\\d{1,7})x(\\d{1,7})");

    public Region {
        if (left < 0 || top < 0 || width < 1 || height < 1) {
            throw new InputException(
                    "a region of " + width + "x" + height + " at " + left + "," + top + ": choose at least one pixel");
        }
    }

    /** Written as {@code X,Y,WxH}. */
    public static Region of(String text) {
        var match = WRITTEN.matcher(text.strip());
        if (!match.matches()) {
            throw InputException.about(
                    "region", "`region` " + text + ": write it as X,Y,WxH in pixels, such as 100,40,512x256");
        }
        return new Region(
                Integer.parseInt(match.group(1)),
                Integer.parseInt(match.group(2)),
                Integer.parseInt(match.group(3)),
                Integer.parseInt(match.group(4)));
    }

    public int right() {
        return left + width;
    }

    public int bottom() {
        return top + height;
    }

    /** Refuses one that does not lie in a picture. */
    public Region within(int pictureWidth, int pictureHeight) {
        if (right() > pictureWidth || bottom() > pictureHeight) {
            throw InputException.about(
                    "region",
                    "`region` " + this + " reaches beyond the picture of " + pictureWidth + "x" + pictureHeight
                            + "; choose one inside");
        }
        return this;
    }

    @Override
    public String toString() {
        return left + "," + top + "," + width + "x" + height;
    }
}
