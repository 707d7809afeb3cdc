package io.mural.model.vae.wan;

import io.mural.tensor.Activation;
import io.mural.tensor.Conv;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.weights.names.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Latent frames to frames: the mid block, which sees whole frames, then levels that double the size. */
final class WanDecoder {
    /** One level: residual blocks, then an upsampler but at the last level. */
    record Level(List<WanResnet> resnets, Optional<Upsampler> upsampler) {}

    private final Conv postQuant;
    private final CausalConv convIn;
    private final WanMid mid;
    private final List<Level> levels = new ArrayList<>();
    private final PixelNorm normOut;
    private final CausalConv convOut;

    WanDecoder(WanVaeConfig config, Weights vae) {
        var weights = vae.under("decoder");
        int last = config.levels() - 1;
        int channels = config.channels(last);
        postQuant = vae.frames("post_quant_conv", config.zDim(), config.zDim(), 1, 1)
                .getFirst();
        convIn = CausalConv.load(weights, "conv_in", config.zDim(), channels, 3);
        mid = WanMid.load(weights.under("mid_block"), channels);
        for (int i = 0; i <= last; i++) {
            var block = weights.under("up_blocks." + i);
            int out = config.channels(last - i);
            var resnets = new ArrayList<WanResnet>();
            for (int j = 0; j <= config.numResBlocks(); j++) {
                resnets.add(WanResnet.load(block.under("resnets." + j), j == 0 ? channels : out, out));
            }
            Optional<Upsampler> upsampler = Optional.empty();
            channels = out;
            if (i < last) {
                boolean time = config.temporalDownsample().get(last - 1 - i);
                upsampler = Optional.of(Upsampler.load(block.under("upsamplers.0"), out, time));
                channels = out / 2;
            }
            levels.add(new Level(resnets, upsampler));
        }
        normOut = PixelNorm.load(weights, "norm_out", channels);
        convOut = CausalConv.load(weights, "conv_out", channels, 3, 3);
    }

    /** Channels of what {@link #coarse} gives. */
    int coarseChannels() {
        return convIn.out();
    }

    /** The layers up to the mid block, for latent frames of one size. */
    List<FrameLayer> coarse(Ops ops, int height, int width) {
        var layers = new ArrayList<FrameLayer>();
        layers.add(FrameLayer.oneForOne("post_quant_conv", ops, x -> ops.conv2d(x, postQuant, 1, Padding.NONE)));
        layers.add(conv("conv_in", ops, convIn, height, width));
        layers.addAll(mid.open(ops, height, width));
        return layers;
    }

    /** The layers behind the mid block; they see no farther than {@link #reach} rows. */
    List<FrameLayer> fine(Ops ops, int height, int width) {
        var layers = new ArrayList<FrameLayer>();
        int h = height;
        int w = width;
        for (int i = 0; i < levels.size(); i++) {
            var level = levels.get(i);
            for (int j = 0; j < level.resnets().size(); j++) {
                layers.add(level.resnets().get(j).open("up_blocks." + i + ".resnets." + j, ops, h, w));
            }
            if (level.upsampler().isPresent()) {
                layers.add(level.upsampler().get().open("up_blocks." + i + ".upsamplers.0", ops, h, w));
                h *= 2;
                w *= 2;
            }
        }
        var past = new Past(ops, h, w, convOut.in());
        layers.add(FrameLayer.oneForOne(
                "conv_out", ops, x -> convOut.forward(ops, normOut.forward(ops, x, Activation.SILU), past)));
        return layers;
    }

    /** How many latent rows the layers of {@link #fine} see beyond a row, from level to level half as many. */
    int reach() {
        double reach = 0;
        double scale = 1;
        for (var level : levels) {
            reach += level.resnets().size() * WanResnet.REACH * scale;
            if (level.upsampler().isPresent()) {
                scale /= 2;
                reach += scale;
            }
        }
        return (int) Math.ceil(reach + scale);
    }

    static FrameLayer conv(String unit, Ops ops, CausalConv conv, int height, int width) {
        var past = new Past(ops, height, width, conv.in());
        return FrameLayer.oneForOne(unit, ops, x -> conv.forward(ops, x, past));
    }
}
