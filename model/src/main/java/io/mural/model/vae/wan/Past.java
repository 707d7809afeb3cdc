package io.mural.model.vae.wan;

import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;

/** The last two frames that a convolution over time has seen, in memory of the scope in which it was made. */
final class Past {
    private Tensor older;
    private Tensor newer;
    private int seen;

    Past(Ops ops, int height, int width, int channels) {
        older = ops.empty(height, width, channels);
        newer = ops.empty(height, width, channels);
    }

    /** How many frames there are: none, one or two. */
    int frames() {
        return Math.min(seen, 2);
    }

    /** The frame {@code back} before the next one, 1 or 2. */
    Tensor frame(int back) {
        return back == 1 ? newer : older;
    }

    /** Remembers a copy of the next frame. */
    void keep(Ops ops, Tensor frame) {
        var free = older;
        older = newer;
        newer = free;
        ops.copy(newer, frame);
        seen++;
    }
}
