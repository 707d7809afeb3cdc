package io.mural.bench.synthetic;

import io.mural.model.wan.WanConfig;
import io.mural.tensor.DType;
import io.mural.weights.file.SafetensorsWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** A file of Wan's transformer with one block that has UltraGen's layers too, all zeros: enough to count operations. */
public final class WanLayer {
    private static final int RANK = 64;
    private static final int PIECE = 1 << 20;

    private WanLayer() {}

    public static void write(Path file, WanConfig config) {
        var list = new TensorList(DType.BF16);
        ultraGen(list, "blocks.0.attn1", config);
        var writer = new SafetensorsWriter();
        for (var tensors : List.of(WanTensors.transformer(config), list.tensors())) {
            for (var tensor : tensors) {
                writer.add(tensor.name(), tensor.dtype(), tensor.sizes(), channel -> {
                    for (long left = tensor.bytes(); left > 0; ) {
                        var zeros = ByteBuffer.allocate((int) Math.min(PIECE, left));
                        left -= zeros.remaining();
                        while (zeros.hasRemaining()) {
                            channel.write(zeros);
                        }
                    }
                });
            }
        }
        writer.write(file);
    }

    private static void ultraGen(TensorList list, String attn, WanConfig config) {
        int hidden = config.hidden();
        for (int branch = 1; branch <= 2; branch++) {
            for (var part : List.of("q", "k", "v")) {
                list.linear(attn + "." + part + "_lora_" + branch + ".lora_A", hidden, RANK);
                list.linear(attn + "." + part + "_lora_" + branch + ".lora_B", RANK, hidden);
            }
            var number = branch == 1 ? "" : "2";
            list.linear(attn + ".alpha_time_embedding" + number + ".0", config.freqDim(), hidden);
            list.linear(attn + ".alpha_time_embedding" + number + ".2", hidden, hidden);
            list.linear(attn + ".alpha_time_projection" + number + ".1", hidden, hidden);
        }
        list.conv(attn + ".downsample_conv", 1, hidden, 4);
        list.conv(attn + ".downsample_conv_hierachcal", 1, hidden, 2);
        list.filter(attn + ".upsample_conv", 1, hidden, 3, 3, 3);
        list.filter(attn + ".upsample_conv_hierachcal", 1, hidden, 3, 3, 3);
    }
}
