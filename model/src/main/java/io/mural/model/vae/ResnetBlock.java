package io.mural.model.vae;

import io.mural.tensor.Activation;
import io.mural.tensor.Conv;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.tensor.Tensor;
import io.mural.weights.Weights;
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
        var h = ops.unit("conv1", () -> ops.conv2d(norm1.forward(ops, x, Activation.SILU), conv1, 1, Padding.SAME));
        var y = ops.unit("conv2", h, in -> ops.conv2d(norm2.forward(ops, in, Activation.SILU), conv2, 1, Padding.SAME));
        ops.add(y, shortcut.isPresent() ? ops.conv2d(x, shortcut.get(), 1, Padding.NONE) : x);
        return y;
    }
}
