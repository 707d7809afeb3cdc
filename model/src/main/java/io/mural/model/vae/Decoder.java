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

/** Latent to picture: the mid block, then residual levels that double the size. */
final class Decoder {
    /** One level: residual blocks, then doubling and a convolution but at the last level. */
    record Level(List<ResnetBlock> resnets, Optional<Conv> upsampler) {}

    private final Conv convIn;
    private final MidBlock mid;
    private final List<Level> levels = new ArrayList<>();
    private final GroupNorm convNormOut;
    private final Conv convOut;

    Decoder(VaeConfig config, Weights weights) {
        int groups = config.normNumGroups();
        var channels = config.blockOutChannels().reversed();
        convIn = weights.conv("conv_in", config.latentChannels(), channels.getFirst(), 3);
        mid = MidBlock.load(weights.under("mid_block"), channels.getFirst(), groups);
        int in = channels.getFirst();
        for (int i = 0; i < channels.size(); i++) {
            var block = weights.under("up_blocks." + i);
            var resnets = new ArrayList<ResnetBlock>();
            for (int j = 0; j <= config.layersPerBlock(); j++) {
                resnets.add(ResnetBlock.load(block.under("resnets." + j), in, channels.get(i), groups));
                in = channels.get(i);
            }
            boolean last = i == channels.size() - 1;
            levels.add(new Level(
                    resnets, last ? Optional.empty() : Optional.of(block.conv("upsamplers.0.conv", in, in, 3))));
        }
        convNormOut = GroupNorm.load(weights.under("conv_norm_out"), in, groups);
        convOut = weights.conv("conv_out", in, 3, 3);
    }

    /** [height, width, latentChannels] to [8 height, 8 width, 3] */
    Tensor forward(Ops ops, Tensor latent) {
        var x = mid.forward(ops, ops.conv2d(latent, convIn, 1, Padding.SAME));
        for (int i = 0; i < levels.size(); i++) {
            var level = levels.get(i);
            for (int j = 0; j < level.resnets().size(); j++) {
                var resnet = level.resnets().get(j);
                x = ops.unit("up_blocks." + i + ".resnets." + j, x, in -> resnet.forward(ops, in));
            }
            if (level.upsampler().isPresent()) {
                var conv = level.upsampler().get();
                x = ops.unit(
                        "up_blocks." + i + ".upsamplers.0",
                        x,
                        in -> ops.conv2d(ops.upsample2x(in), conv, 1, Padding.SAME));
            }
        }
        return ops.unit(
                "conv_out",
                x,
                in -> ops.conv2d(convNormOut.forward(ops, in, Activation.SILU), convOut, 1, Padding.SAME));
    }

    Conv convIn() {
        return convIn;
    }

    MidBlock mid() {
        return mid;
    }

    List<Level> levels() {
        return levels;
    }

    GroupNorm convNormOut() {
        return convNormOut;
    }

    Conv convOut() {
        return convOut;
    }
}
