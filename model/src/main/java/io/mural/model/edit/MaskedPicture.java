package io.mural.model.edit;

import io.mural.model.image.RgbImage;
import io.mural.model.vae.PixelRows;

/** A picture whose painted pixels are a hole: 0, the middle between black and white. */
public final class MaskedPicture implements PixelRows {
    private final RgbImage picture;
    private final Mask mask;
    private float[] values = new float[0];

    /** @param mask of the picture's size */
    public MaskedPicture(RgbImage picture, Mask mask) {
        if (mask.width() != picture.width() || mask.height() != picture.height()) {
            throw new IllegalArgumentException("a mask of " + mask.width() + " x " + mask.height()
                    + " over a picture of " + picture.width() + " x " + picture.height());
        }
        this.picture = picture;
        this.mask = mask;
    }

    @Override
    public int height() {
        return picture.height();
    }

    @Override
    public int width() {
        return picture.width();
    }

    @Override
    public float[] rows(int from, int to) {
        values = picture.toFloats(from, to, values);
        for (int y = from; y < to; y++) {
            for (int x = 0; x < width(); x++) {
                if (mask.paints(x, y)) {
                    int at = ((y - from) * width() + x) * 3;
                    values[at] = 0;
                    values[at + 1] = 0;
                    values[at + 2] = 0;
                }
            }
        }
        return values;
    }
}
