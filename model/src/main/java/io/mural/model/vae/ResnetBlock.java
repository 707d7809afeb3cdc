package io.mural.model.vae;

import io.mural.tensor.Activation;
import io.mural.tensor.Conv;
import io.mural.tensor.Moments;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.Optional;

/** Two convolutions behind group norms, and a 1x1 shortcut where the channels change. */
record ResnetBlock(GroupNorm norm1, Conv conv1, GroupNorm norm2, Conv conv2, Optional<Conv> shortcut) {
    static ResnetBlock load(Weights block, int in, int out, int groups) {
        return new ResnetBlock(
                GroupNorm.load(block.under("norm1"), in, groups),
                block.conv("conv1", in, out, 3),
                GroupNorm.load(block.under("norm2"), out, groups),
                block.conv("conv2", out, out, 3),
                in == out ? Optional.empty() : Optional.of(block.conv("conv_shortcut", in, out, 1)));
    }

    /** [height, width, in] to [height, width, out] */
    Tensor forward(Ops ops, Tensor x) {
        var h = ops.unit("conv1", () -> first(ops, x, ops.moments(x, norm1.groups())));
        var y = ops.unit("conv2", h, in -> second(ops, in, ops.moments(in, norm2.groups())));
        return residual(ops, x, y);
    }

    /** As {@link #forward(Ops, Tensor)} for a part of a picture, with the moments of all of it before both norms. */
    Tensor forward(Ops ops, Tensor x, Moments moments1, Moments moments2) {
        var h = ops.unit("conv1", () -> first(ops, x, moments1));
        var y = ops.unit("conv2", h, in -> second(ops, in, moments2));
        return residual(ops, x, y);
    }

    private Tensor residual(Ops ops, Tensor x, Tensor y) {
        ops.add(y, shortcut.isPresent() ? ops.conv2d(x, shortcut.get(), 1, Padding.NONE) : x);
        return y;
    }

    /** The first half: what the second norm sees. */
    Tensor first(Ops ops, Tensor x, Moments moments) {
        return ops.conv2d(norm1.forward(ops, x, moments, Activation.SILU), conv1, 1, Padding.SAME);
    }

    private Tensor second(Ops ops, Tensor h, Moments moments) {
        return ops.conv2d(norm2.forward(ops, h, moments, Activation.SILU), conv2, 1, Padding.SAME);
    }
}
