package io.mural.model.vae;

import io.mural.model.image.RgbImage;

/** A picture of which rows are asked for, some of them several times. */
public interface PixelRows {
    int height();

    int width();

    /** Rows {@code from} (inclusive) to {@code to} (exclusive) as values in [-1, 1], [to - from, width, 3], valid until the next call. */
    float[] rows(int from, int to);

    /** A picture in memory. */
    static PixelRows of(RgbImage image) {
        return new PixelRows() {
            private float[] values = new float[0];

            @Override
            public int height() {
                return image.height();
            }

            @Override
            public int width() {
                return image.width();
            }

            @Override
            public float[] rows(int from, int to) {
                values = image.toFloats(from, to, values);
                return values;
            }
        };
    }
}
