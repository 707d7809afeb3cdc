package io.mural.model.vae;

import io.mural.tensor.Activation;
import io.mural.tensor.Conv;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.tensor.Tensor;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Picture to latent: residual levels that halve the size, the mid block, and mean and log-variance. */
final class Encoder {
    /** One level: residual blocks, then a convolution of stride 2 but at the last level. */
    record Level(List<ResnetBlock> resnets, Optional<Conv> downsampler) {}

    private final Conv convIn;
    private final List<Level> levels = new ArrayList<>();
    private final MidBlock mid;
    private final GroupNorm convNormOut;
    private final Conv convOut;

    Encoder(VaeConfig config, Weights weights) {
        int groups = config.normNumGroups();
        var channels = config.blockOutChannels();
        convIn = weights.conv("conv_in", 3, channels.getFirst(), 3);
        int in = channels.getFirst();
        for (int i = 0; i < channels.size(); i++) {
            var block = weights.under("down_blocks." + i);
            var resnets = new ArrayList<ResnetBlock>();
            for (int j = 0; j < config.layersPerBlock(); j++) {
                resnets.add(ResnetBlock.load(block.under("resnets." + j), in, channels.get(i), groups));
                in = channels.get(i);
            }
            boolean last = i == channels.size() - 1;
            levels.add(new Level(
                    resnets, last ? Optional.empty() : Optional.of(block.conv("downsamplers.0.conv", in, in, 3))));
        }
        mid = MidBlock.load(weights.under("mid_block"), in, groups);
        convNormOut = GroupNorm.load(weights.under("conv_norm_out"), in, groups);
        convOut = weights.conv("conv_out", in, 2 * config.latentChannels(), 3);
    }

    /** [height, width, 3] to [height / 8, width / 8, 2 x latentChannels] */
    Tensor forward(Ops ops, Tensor picture) {
        var x = ops.conv2d(picture, convIn, 1, Padding.SAME);
        for (int i = 0; i < levels.size(); i++) {
            var level = levels.get(i);
            for (int j = 0; j < level.resnets().size(); j++) {
                var resnet = level.resnets().get(j);
                x = ops.unit("down_blocks." + i + ".resnets." + j, x, in -> resnet.forward(ops, in));
            }
            if (level.downsampler().isPresent()) {
                var conv = level.downsampler().get();
                x = ops.unit("down_blocks." + i + ".downsamplers.0", x, in -> ops.conv2d(in, conv, 2, Padding.HALVING));
            }
        }
        x = mid.forward(ops, x);
        return ops.unit(
                "conv_out",
                x,
                in -> ops.conv2d(convNormOut.forward(ops, in, Activation.SILU), convOut, 1, Padding.SAME));
    }

    Conv convIn() {
        return convIn;
    }

    List<Level> levels() {
        return levels;
    }

    MidBlock mid() {
        return mid;
    }

    GroupNorm convNormOut() {
        return convNormOut;
    }

    Conv convOut() {
        return convOut;
    }
}
