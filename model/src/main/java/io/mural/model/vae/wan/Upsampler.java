package io.mural.model.vae.wan;

import io.mural.tensor.Conv;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Doubles the sides of a frame and halves its channels; with a convolution over time it makes two frames of each before
 * that, but one of the first, which the others do not see.
 *
 * @param time [channels] to twice as many: those of the earlier frame, then those of the later
 */
record Upsampler(Optional<CausalConv> time, Conv conv) {
    static Upsampler load(Weights block, int channels, boolean time) {
        return new Upsampler(
                time ? Optional.of(CausalConv.load(block, "time_conv", channels, 2 * channels, 1)) : Optional.empty(),
                block.conv("resample.1", channels, channels / 2, 3));
    }

    int out() {
        return conv.out();
    }

    /** The upsampler for a clip of frames [height, width, in]. */
    FrameLayer open(String unit, Ops ops, int height, int width) {
        return time.isEmpty()
                ? FrameLayer.oneForOne(unit, ops, x -> larger(ops, x))
                : new Doubling(unit, ops, height, width);
    }

    private Tensor larger(Ops ops, Tensor x) {
        return ops.conv2d(ops.upsample2x(x), conv, 1, Padding.SAME);
    }

    private final class Doubling implements FrameLayer {
        private final String unit;
        private final Past past;
        private boolean first = true;

        Doubling(String unit, Ops ops, int height, int width) {
            this.unit = unit;
            past = new Past(ops, height, width, time.orElseThrow().in());
        }

        @Override
        public void push(Ops ops, Tensor frame, Consumer<Tensor> next) {
            if (first) {
                first = false;
                next.accept(ops.unit(unit, frame, x -> larger(ops, x)));
                return;
            }
            int channels = frame.cols();
            int height = frame.shape().dim(0);
            int width = frame.shape().dim(1);
            var both =
                    ops.unit(unit + ".time_conv", frame, x -> time.orElseThrow().forward(ops, x, past));
            for (int half = 0; half < 2; half++) {
                var columns = both.columns(half * channels, (half + 1) * channels);
                next.accept(ops.unit(unit, () -> {
                    var one = ops.empty(height, width, channels);
                    ops.copy(one, columns);
                    return larger(ops, one);
                }));
            }
            ops.workspace().release(both);
        }
    }
}
