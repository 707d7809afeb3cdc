package io.mural.model.vae;

/** A picture of which rows are asked for, some of them several times. */
public interface PixelRows {
    int height();

    int width();

    /** Rows {@code from} (inclusive) to {@code to} (exclusive) as values in [-1, 1], [to - from, width, 3], valid until the next call. */
    float[] rows(int from, int to);
}
