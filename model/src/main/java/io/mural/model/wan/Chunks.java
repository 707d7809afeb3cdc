package io.mural.model.wan;

import io.mural.tensor.Ops;

/** Rows of a clip some thousand at a time, so that what a layer takes beside its tokens does not grow with the clip. */
final class Chunks {
    /** Large enough that reading the weights anew for every chunk does not count. */
    private static final int ROWS = 4096;

    /** What is done with the rows {@code from} (inclusive) to {@code to} (exclusive). */
    interface Body {
        void run(int from, int to);
    }

    private Chunks() {}

    /** Chunks of about one size, each with memory of its own. */
    static void of(Ops ops, String name, int rows, Body body) {
        int chunks = Math.ceilDiv(rows, ROWS);
        for (int i = 0; i < chunks; i++) {
            int from = (int) ((long) rows * i / chunks);
            int to = (int) ((long) rows * (i + 1) / chunks);
            ops.unit(name + "." + from, () -> body.run(from, to));
        }
    }
}
