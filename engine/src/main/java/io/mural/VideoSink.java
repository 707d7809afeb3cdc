package io.mural;

import io.mural.model.image.FrameSink;
import java.io.OutputStream;
import java.nio.file.Path;

/** Where a clip goes. Frames go out as they come, so that a clip may be larger than memory. */
public sealed interface VideoSink {
    /**
     * A file of the kind its name says (.mp4, .png, .gif, .y4m), or a PNG of every frame in a folder or under a numbered
     * name. A file appears whole or not at all; of pictures, finished ones stay.
     */
    static File file(Path file) {
        return new File(file, false);
    }

    /** YUV4MPEG2 into a stream, which stays open. */
    static VideoSink stream(OutputStream out) {
        return new Stream(out);
    }

    /** Frames one after the other. */
    static VideoSink frames(FrameSink frames) {
        return new Frames(frames);
    }

    /**
     * A file or a folder.
     *
     * @param resumed whether it goes on where an earlier run stopped: a clip leaves a checkpoint beside its file until it
     *     is finished
     */
    record File(Path path, boolean resumed) implements VideoSink {
        /** The same, going on where an earlier run for the same clip stopped, if it left a checkpoint. */
        public File resume() {
            return new File(path, true);
        }
    }

    /** A stream, which stays open. */
    record Stream(OutputStream out) implements VideoSink {}

    /** Frames one after the other. */
    record Frames(FrameSink frames) implements VideoSink {}
}
