package io.mural.model.vae.wan;

import io.mural.tensor.Conv;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.List;

/**
 * A convolution over three frames, the newest being the one it is asked for; before a clip there are frames of zeros. It
 * is the sum of a convolution for each frame, so those of zeros cost nothing.
 *
 * @param frames the convolutions, of the earliest frame first; the last has the bias
 */
record CausalConv(List<Conv> frames) {
    private static final int FRAMES = 3;

    static CausalConv load(Weights weights, String part, int in, int out, int kernel) {
        return new CausalConv(weights.frames(part, in, out, FRAMES, kernel));
    }

    int in() {
        return frames.getFirst().in();
    }

    int out() {
        return frames.getFirst().out();
    }

    /** [height, width, in] to [height, width, out], a tensor of the current unit; {@code past} goes on by one frame. */
    Tensor forward(Ops ops, Tensor frame, Past past) {
        var out = over(ops, frame, past);
        past.keep(ops, frame);
        return out;
    }

    /** As {@link #forward}, but {@code past} stays as it is. */
    Tensor over(Ops ops, Tensor frame, Past past) {
        var padding = frames.getFirst().kernel() == 1 ? Padding.NONE : Padding.SAME;
        var out = ops.conv2d(frame, frames.getLast(), 1, padding);
        for (int back = 1; back <= past.frames(); back++) {
            ops.addConv2d(out, past.frame(back), frames.get(FRAMES - 1 - back), 1, padding);
        }
        return out;
    }
}
