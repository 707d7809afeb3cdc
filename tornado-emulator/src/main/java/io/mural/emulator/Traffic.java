package io.mural.emulator;

/** What executions moved between host and device, and how long they took. */
public record Traffic(long bytesIn, long bytesOut, long nanoseconds) {
    static final Traffic NONE = new Traffic(0, 0, 0);

    Traffic plus(Traffic other) {
        return new Traffic(bytesIn + other.bytesIn, bytesOut + other.bytesOut, nanoseconds + other.nanoseconds);
    }
}
