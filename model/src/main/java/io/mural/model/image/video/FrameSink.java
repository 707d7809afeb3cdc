package io.mural.model.image.video;

import io.mural.model.image.RgbImage;

/** Takes the frames of a clip, in order. */
public interface FrameSink {
    /** The next frame, as large as the others. */
    void frame(RgbImage frame);
}
