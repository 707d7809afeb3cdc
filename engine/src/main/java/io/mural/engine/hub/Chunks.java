package io.mural.engine.hub;

import java.io.IOException;

/** The chunks of a file: who fetches which, which are whole, and what went wrong. */
final class Chunks {
    private final long size;
    private final long chunk;
    private final boolean[] whole;
    private int next;
    private Throwable failure; // null while nothing is wrong

    Chunks(long size, long chunk, boolean[] whole) {
        this.size = size;
        this.chunk = chunk;
        this.whole = whole;
    }

    int count() {
        return whole.length;
    }

    /** The first byte of a chunk. */
    long begin(int number) {
        return number * chunk;
    }

    /** The byte behind a chunk. */
    long end(int number) {
        return Math.min(size, (number + 1) * chunk);
    }

    synchronized long presentBytes() {
        long present = 0;
        for (int i = 0; i < whole.length; i++) {
            present += whole[i] ? end(i) - begin(i) : 0;
        }
        return present;
    }

    synchronized int missing() {
        int missing = 0;
        for (boolean each : whole) {
            missing += each ? 0 : 1;
        }
        return missing;
    }

    /** A chunk that nobody fetches yet; -1 when there is none, or something is wrong. */
    synchronized int take() {
        while (next < whole.length && whole[next]) {
            next++;
        }
        return failure == null && next < whole.length ? next++ : -1;
    }

    synchronized void done(int number) {
        whole[number] = true;
        notifyAll();
    }

    synchronized void fail(Throwable e) {
        if (failure == null) {
            failure = e;
        }
        notifyAll();
    }

    /** Returns when a chunk is whole; throws what went wrong before. */
    synchronized void await(int number) throws IOException, InterruptedException {
        while (!whole[number]) {
            switch (failure) {
                case null -> wait();
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case IOException e -> throw e;
                default -> throw new IllegalStateException("a download stopped without a reason", failure);
            }
        }
    }
}
