package io.mural.model.image;

/** Takes a picture from top to bottom. */
public interface PictureSink {
    /** The next rows, as wide as the picture. */
    void rows(RgbImage band);

    /**
     * The next rows as the decoder has them: height x width x 3 values in [-1, 1]. What keeps more than 8 bits of them says
     * how; all others round them.
     */
    default void values(float[] values, int width, int height) {
        rows(RgbImage.of(values, width, height));
    }
}
