package io.mural.model.image;

/** Takes the frames of a clip, in order. */
public interface FrameSink {
    /** The next frame, as large as the others. */
    void frame(RgbImage frame);
}
