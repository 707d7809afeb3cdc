package io.mural.model.vae.wan;

import io.mural.tensor.Activation;
import io.mural.tensor.Conv;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Frames to latent frames: levels that halve the size, then the mid block, which sees whole frames. */
final class WanEncoder {
    private static final int RGB = 3;

    /** One level: residual blocks, then a downsampler but at the last level. */
    record Level(List<WanResnet> resnets, Optional<Downsampler> downsampler) {}

    private final CausalConv convIn;
    private final List<Level> levels = new ArrayList<>();
    private final WanMid mid;
    private final PixelNorm normOut;
    private final CausalConv convOut;
    private final Conv quant;

    WanEncoder(WanVaeConfig config, Weights vae) {
        var weights = vae.under("encoder");
        int last = config.levels() - 1;
        int channels = config.baseDim();
        convIn = CausalConv.load(weights, "conv_in", RGB, channels, 3);
        int number = 0;
        for (int i = 0; i <= last; i++) {
            int out = config.channels(i);
            var resnets = new ArrayList<WanResnet>();
            for (int j = 0; j < config.numResBlocks(); j++) {
                resnets.add(WanResnet.load(weights.under("down_blocks." + number++), channels, out));
                channels = out;
            }
            Optional<Downsampler> downsampler = Optional.empty();
            if (i < last) {
                boolean time = config.temporalDownsample().get(i);
                downsampler = Optional.of(Downsampler.load(weights.under("down_blocks." + number++), out, time));
            }
            levels.add(new Level(resnets, downsampler));
        }
        mid = WanMid.load(weights.under("mid_block"), channels);
        normOut = PixelNorm.load(weights, "norm_out", channels);
        convOut = CausalConv.load(weights, "conv_out", channels, 2 * config.zDim(), 3);
        quant = vae.frames("quant_conv", 2 * config.zDim(), 2 * config.zDim(), 1, 1)
                .getFirst();
    }

    /** All layers, for frames of one size; the result is mean, then log-variance. */
    List<FrameLayer> layers(Ops ops, int height, int width) {
        var layers = new ArrayList<FrameLayer>();
        int h = height;
        int w = width;
        int number = 0;
        layers.add(WanDecoder.conv("conv_in", ops, convIn, h, w));
        for (var level : levels) {
            for (var resnet : level.resnets()) {
                layers.add(resnet.open("down_blocks." + number++, ops, h, w));
            }
            if (level.downsampler().isPresent()) {
                layers.add(level.downsampler().get().open("down_blocks." + number++, ops, h, w));
                h /= 2;
                w /= 2;
            }
        }
        layers.addAll(mid.open(ops, h, w));
        var past = new Past(ops, h, w, convOut.in());
        layers.add(FrameLayer.oneForOne(
                "conv_out", ops, x -> convOut.forward(ops, normOut.forward(ops, x, Activation.SILU), past)));
        layers.add(FrameLayer.oneForOne("quant_conv", ops, x -> ops.conv2d(x, quant, 1, Padding.NONE)));
        return layers;
    }
}
