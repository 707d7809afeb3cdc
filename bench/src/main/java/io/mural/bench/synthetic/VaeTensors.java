package io.mural.bench.synthetic;

import io.mural.model.vae.VaeConfig;
import io.mural.tensor.DType;
import java.util.List;

/** Names and shapes of the autoencoders, as diffusers writes them. */
final class VaeTensors {
    /** Latent pixels of a token. */
    private static final int CELL_PIXELS = 4;

    private VaeTensors() {}

    static List<SyntheticTensor> flux1(VaeConfig config) {
        return kl(config).tensors();
    }

    static List<SyntheticTensor> flux2(VaeConfig config) {
        var list = kl(config);
        int features = CELL_PIXELS * config.latentChannels();
        list.vector("bn.running_mean", features, 0, 0.05);
        list.vector("bn.running_var", features, 1, 0.05);
        list.counter("bn.num_batches_tracked");
        return list.tensors();
    }

    private static TensorList kl(VaeConfig config) {
        var list = new TensorList(DType.BF16);
        int channels = config.latentChannels();
        encoder(list, config);
        decoder(list, config);
        if (config.quantConv()) {
            list.conv("quant_conv", 2L * channels, 2L * channels, 1);
        }
        if (config.postQuantConv()) {
            list.conv("post_quant_conv", channels, channels, 1);
        }
        return list;
    }

    private static void encoder(TensorList list, VaeConfig config) {
        var channels = config.blockOutChannels();
        int in = channels.getFirst();
        list.conv("encoder.conv_in", 3, in, 3);
        for (int i = 0; i < channels.size(); i++) {
            var block = "encoder.down_blocks." + i;
            for (int j = 0; j < config.layersPerBlock(); j++) {
                resnet(list, block + ".resnets." + j, in, channels.get(i));
                in = channels.get(i);
            }
            if (i < channels.size() - 1) {
                list.conv(block + ".downsamplers.0.conv", in, in, 3);
            }
        }
        mid(list, "encoder.mid_block", in);
        list.norm("encoder.conv_norm_out", in);
        list.conv("encoder.conv_out", in, 2L * config.latentChannels(), 3);
    }

    private static void decoder(TensorList list, VaeConfig config) {
        var channels = config.blockOutChannels().reversed();
        int in = channels.getFirst();
        list.conv("decoder.conv_in", config.latentChannels(), in, 3);
        mid(list, "decoder.mid_block", in);
        for (int i = 0; i < channels.size(); i++) {
            var block = "decoder.up_blocks." + i;
            for (int j = 0; j <= config.layersPerBlock(); j++) {
                resnet(list, block + ".resnets." + j, in, channels.get(i));
                in = channels.get(i);
            }
            if (i < channels.size() - 1) {
                list.conv(block + ".upsamplers.0.conv", in, in, 3);
            }
        }
        list.norm("decoder.conv_norm_out", in);
        list.conv("decoder.conv_out", in, 3, 3);
    }

    private static void mid(TensorList list, String name, int channels) {
        resnet(list, name + ".resnets.0", channels, channels);
        var attention = name + ".attentions.0";
        list.norm(attention + ".group_norm", channels);
        for (var projection : List.of("to_q", "to_k", "to_v", "to_out.0")) {
            list.linear(attention + "." + projection, channels, channels);
        }
        resnet(list, name + ".resnets.1", channels, channels);
    }

    private static void resnet(TensorList list, String name, int in, int out) {
        list.norm(name + ".norm1", in);
        list.conv(name + ".conv1", in, out, 3);
        list.norm(name + ".norm2", out);
        list.conv(name + ".conv2", out, out, 3);
        if (in != out) {
            list.conv(name + ".conv_shortcut", in, out, 1);
        }
    }
}
