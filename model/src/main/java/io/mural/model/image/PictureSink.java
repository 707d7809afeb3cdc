package io.mural.model.image;

/** Takes a picture from top to bottom. */
public interface PictureSink {
    /** The next rows, as wide as the picture. */
    void rows(RgbImage band);
}
