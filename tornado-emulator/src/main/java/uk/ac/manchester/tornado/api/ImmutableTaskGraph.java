package uk.ac.manchester.tornado.api;

import io.mural.emulator.Recording;

/** A task graph as it was when its snapshot was taken. */
public class ImmutableTaskGraph {
    private final Recording recording;

    ImmutableTaskGraph(Recording recording) {
        this.recording = recording;
    }

    Recording recording() {
        return recording;
    }
}
