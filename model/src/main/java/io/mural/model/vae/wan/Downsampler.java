package io.mural.model.vae.wan;

import io.mural.tensor.Conv;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Halves the sides of a frame; with a convolution over time it then makes one frame of every two, but the first stays
 * alone.
 */
record Downsampler(Optional<CausalConv> time, Conv conv) {
    static Downsampler load(Weights block, int channels, boolean time) {
        return new Downsampler(
                time ? Optional.of(CausalConv.load(block, "time_conv", channels, channels, 1)) : Optional.empty(),
                block.conv("resample.1", channels, channels, 3));
    }

    /** The downsampler for a clip of frames [height, width, channels]. */
    FrameLayer open(String unit, Ops ops, int height, int width) {
        return time.isEmpty()
                ? FrameLayer.oneForOne(unit, ops, x -> smaller(ops, x))
                : new Halving(unit, ops, height / 2, width / 2);
    }

    private Tensor smaller(Ops ops, Tensor x) {
        return ops.conv2d(x, conv, 2, Padding.HALVING);
    }

    private final class Halving implements FrameLayer {
        private final String unit;
        private final Past past;
        private int seen;

        Halving(String unit, Ops ops, int height, int width) {
            this.unit = unit;
            past = new Past(ops, height, width, time.orElseThrow().in());
        }

        @Override
        public void push(Ops ops, Tensor frame, Consumer<Tensor> next) {
            var small = ops.unit(unit, frame, x -> smaller(ops, x));
            int number = seen++;
            if (number == 0) {
                past.keep(ops, small);
                next.accept(small);
            } else if (number % 2 == 1) {
                past.keep(ops, small);
                ops.workspace().release(small);
            } else {
                next.accept(ops.unit(
                        unit + ".time_conv", small, x -> time.orElseThrow().forward(ops, x, past)));
            }
        }
    }
}
