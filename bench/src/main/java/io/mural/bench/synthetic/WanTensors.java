package io.mural.bench.synthetic;

import io.mural.model.vae.wan.WanVaeConfig;
import io.mural.model.wan.WanConfig;
import io.mural.tensor.DType;
import java.util.List;

/** Names and shapes of Wan's transformer and autoencoder, as diffusers writes them. */
final class WanTensors {
    private static final int RGB = 3;

    private WanTensors() {}

    static List<SyntheticTensor> transformer(WanConfig config) {
        var list = new TensorList(DType.BF16);
        int hidden = config.hidden();
        list.filter("patch_embedding", config.inChannels(), hidden, 1, 2, 2);
        embedder(list, "condition_embedder.time_embedder", config.freqDim(), hidden);
        list.linear("condition_embedder.time_proj", hidden, 6L * hidden);
        embedder(list, "condition_embedder.text_embedder", config.textDim(), hidden);
        for (int i = 0; i < config.numLayers(); i++) {
            block(list, "blocks." + i, config);
        }
        list.table("scale_shift_table", 2, hidden);
        list.linear("proj_out", hidden, 4L * config.outChannels());
        return list.tensors();
    }

    private static void embedder(TensorList list, String name, int in, int hidden) {
        list.linear(name + ".linear_1", in, hidden);
        list.linear(name + ".linear_2", hidden, hidden);
    }

    private static void block(TensorList list, String block, WanConfig config) {
        int hidden = config.hidden();
        list.table(block + ".scale_shift_table", 6, hidden);
        for (var attn : List.of(block + ".attn1", block + ".attn2")) {
            for (var name : List.of("to_q", "to_k", "to_v", "to_out.0")) {
                list.linear(attn + "." + name, hidden, hidden);
            }
            list.scale(attn + ".norm_q", hidden);
            list.scale(attn + ".norm_k", hidden);
        }
        list.norm(block + ".norm2", hidden);
        list.linear(block + ".ffn.net.0.proj", hidden, config.ffnDim());
        list.linear(block + ".ffn.net.2", config.ffnDim(), hidden);
    }

    static List<SyntheticTensor> vae(WanVaeConfig config) {
        var list = new TensorList(DType.BF16);
        encoder(list, config);
        list.filter("quant_conv", 2L * config.zDim(), 2L * config.zDim(), 1, 1, 1);
        list.filter("post_quant_conv", config.zDim(), config.zDim(), 1, 1, 1);
        decoder(list, config);
        return list.tensors();
    }

    private static int channels(WanVaeConfig config, int level) {
        return config.baseDim() * config.dimMult().get(level);
    }

    private static void encoder(TensorList list, WanVaeConfig config) {
        int in = channels(config, 0);
        list.filter("encoder.conv_in", RGB, in, 3, 3, 3);
        int number = 0;
        for (int level = 0; level < config.levels(); level++) {
            int out = channels(config, level);
            for (int j = 0; j < config.numResBlocks(); j++) {
                resnet(list, "encoder.down_blocks." + number++, in, out);
                in = out;
            }
            if (level < config.levels() - 1) {
                var down = "encoder.down_blocks." + number++;
                list.conv(down + ".resample.1", in, in, 3);
                if (config.temporalDownsample().get(level)) {
                    list.filter(down + ".time_conv", in, in, 3, 1, 1);
                }
            }
        }
        mid(list, "encoder.mid_block", in);
        list.gamma("encoder.norm_out", (long) in, 1L, 1L, 1L);
        list.filter("encoder.conv_out", in, 2L * config.zDim(), 3, 3, 3);
    }

    private static void decoder(TensorList list, WanVaeConfig config) {
        int top = config.levels() - 1;
        int in = channels(config, top);
        list.filter("decoder.conv_in", config.zDim(), in, 3, 3, 3);
        mid(list, "decoder.mid_block", in);
        for (int level = top; level >= 0; level--) {
            var block = "decoder.up_blocks." + (top - level);
            int out = channels(config, level);
            for (int j = 0; j <= config.numResBlocks(); j++) {
                resnet(list, block + ".resnets." + j, in, out);
                in = out;
            }
            if (level > 0) {
                var up = block + ".upsamplers.0";
                list.conv(up + ".resample.1", in, in / 2, 3);
                if (config.temporalDownsample().get(level - 1)) {
                    list.filter(up + ".time_conv", in, 2L * in, 3, 1, 1);
                }
                in /= 2;
            }
        }
        list.gamma("decoder.norm_out", (long) in, 1L, 1L, 1L);
        list.filter("decoder.conv_out", in, RGB, 3, 3, 3);
    }

    private static void mid(TensorList list, String name, int channels) {
        resnet(list, name + ".resnets.0", channels, channels);
        list.gamma(name + ".attentions.0.norm", (long) channels, 1L, 1L);
        list.conv(name + ".attentions.0.to_qkv", channels, 3L * channels, 1);
        list.conv(name + ".attentions.0.proj", channels, channels, 1);
        resnet(list, name + ".resnets.1", channels, channels);
    }

    private static void resnet(TensorList list, String name, int in, int out) {
        list.gamma(name + ".norm1", (long) in, 1L, 1L, 1L);
        list.filter(name + ".conv1", in, out, 3, 3, 3);
        list.gamma(name + ".norm2", (long) out, 1L, 1L, 1L);
        list.filter(name + ".conv2", out, out, 3, 3, 3);
        if (in != out) {
            list.filter(name + ".conv_shortcut", in, out, 1, 1, 1);
        }
    }
}
