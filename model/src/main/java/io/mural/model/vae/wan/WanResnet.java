package io.mural.model.vae.wan;

import io.mural.tensor.Activation;
import io.mural.tensor.Conv;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.weights.names.Weights;
import java.util.Optional;

/** Two causal convolutions behind norms, and a 1x1 shortcut where the channels change. */
record WanResnet(PixelNorm norm1, CausalConv conv1, PixelNorm norm2, CausalConv conv2, Optional<Conv> shortcut) {
    /** How far, in pixels, a row of the result sees. */
    static final int REACH = 2;

    static WanResnet load(Weights block, int in, int out) {
        return new WanResnet(
                PixelNorm.load(block, "norm1", in),
                CausalConv.load(block, "conv1", in, out, 3),
                PixelNorm.load(block, "norm2", out),
                CausalConv.load(block, "conv2", out, out, 3),
                in == out
                        ? Optional.empty()
                        : Optional.of(
                                block.frames("conv_shortcut", in, out, 1, 1).getFirst()));
    }

    int out() {
        return conv2.out();
    }

    /** The block for a clip of frames [height, width, in]. */
    FrameLayer open(String unit, Ops ops, int height, int width) {
        var past1 = new Past(ops, height, width, conv1.in());
        var past2 = new Past(ops, height, width, conv2.in());
        return FrameLayer.oneForOne(unit, ops, x -> {
            var h = ops.unit("conv1", () -> conv1.forward(ops, norm1.forward(ops, x, Activation.SILU), past1));
            var y = ops.unit("conv2", h, in -> conv2.forward(ops, norm2.forward(ops, in, Activation.SILU), past2));
            ops.add(y, shortcut.isPresent() ? ops.conv2d(x, shortcut.get(), 1, Padding.NONE) : x);
            return y;
        });
    }
}
