package io.mural.weights.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.SafetensorsWriter;
import io.mural.weights.names.KeyStyles.Part;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reference autoencoder, rewritten here with latent-diffusion names, is found again under diffusers' names. */
class LdmVaeTest {
    private static final Pattern UP = Pattern.compile("^decoder\\.up_blocks\\.(\\d)");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "vae.", "first_stage_model."})
    void readsTheAutoencoderOfASingleFile(String prefix) {
        try (Checkpoint diffusers = Checkpoint.open(Goldens.FLUX1.resolve("vae"))) {
            SafetensorsWriter writer = new SafetensorsWriter();
            diffusers.tensors().forEach((name, info) -> {
                String ldm = ldm(name);
                long[] shape = info.shape().stream().mapToLong(size -> size).toArray();
                // The old code has 1x1 convolutions for the attention's linear layers.
                if (ldm.contains(".attn_1.") && shape.length == 2) {
                    shape = new long[] {shape[0], shape[1], 1, 1};
                }
                writer.add(prefix + ldm, info.dtype(), shape, diffusers.segment(name));
            });
            Path file = folder.resolve("ae.safetensors");
            writer.write(file);
            try (Checkpoint single = Checkpoint.open(file)) {
                Weights weights = KeyStyles.weights(single, Part.VAE);
                assertThat(weights.catalog().tensors().keySet())
                        .containsExactlyInAnyOrderElementsOf(diffusers.tensors().keySet());
                weights.catalog()
                        .tensors()
                        .forEach((name, slice) -> assertThat(
                                        single.floats(slice.stored().name()))
                                .as(name)
                                .isEqualTo(diffusers.floats(name)));
                String query = "decoder.mid_block.attentions.0.to_q.weight";
                assertThat(weights.matrix(query, 16, 16).get(3, 5))
                        .isEqualTo(diffusers.floats(query)[3 * 16 + 5]);
                String conv = "decoder.up_blocks.0.resnets.0.conv1";
                assertThat(weights.conv(conv, 16, 16, 3).weight().data())
                        .satisfies(data -> assertThat(data.mismatch(diffusers.segment(conv + ".weight")))
                                .isEqualTo(-1));
            }
        }
    }

    /** Spelled out from the two published models' key lists, by another route than the code under test. */
    @Test
    void turnsPublishedNames() {
        Map<String, String> names = new TreeMap<>();
        names.put("encoder.down.2.block.1.norm2.bias", "encoder.down_blocks.2.resnets.1.norm2.bias");
        names.put("encoder.down.1.block.0.nin_shortcut.weight", "encoder.down_blocks.1.resnets.0.conv_shortcut.weight");
        names.put("encoder.down.0.downsample.conv.bias", "encoder.down_blocks.0.downsamplers.0.conv.bias");
        names.put("encoder.mid.attn_1.norm.weight", "encoder.mid_block.attentions.0.group_norm.weight");
        names.put("encoder.norm_out.weight", "encoder.conv_norm_out.weight");
        names.put("decoder.up.3.block.2.conv2.weight", "decoder.up_blocks.0.resnets.2.conv2.weight");
        names.put("decoder.up.0.block.0.nin_shortcut.bias", "decoder.up_blocks.3.resnets.0.conv_shortcut.bias");
        names.put("decoder.up.1.upsample.conv.weight", "decoder.up_blocks.2.upsamplers.0.conv.weight");
        names.put("decoder.mid.block_2.conv1.weight", "decoder.mid_block.resnets.1.conv1.weight");
        names.put("decoder.mid.attn_1.proj_out.bias", "decoder.mid_block.attentions.0.to_out.0.bias");
        names.put("decoder.conv_in.weight", "decoder.conv_in.weight");
        names.put("encoder.conv_out.bias", "encoder.conv_out.bias");
        names.put("quant_conv.weight", "quant_conv.weight");
        int levels = LdmVaeNames.levels(names.keySet());
        assertThat(levels).isEqualTo(4);
        names.forEach((ldm, diffusers) ->
                assertThat(LdmVaeNames.toDiffusers(ldm, levels)).isEqualTo(diffusers));
    }

    private static String ldm(String name) {
        return UP.matcher(name)
                .replaceFirst(LdmVaeTest::reversed)
                .replace("down_blocks", "down")
                .replace("up_blocks", "up")
                .replace("resnets", "block")
                .replace("downsamplers.0", "downsample")
                .replace("upsamplers.0", "upsample")
                .replace("mid_block.block.0", "mid.block_1")
                .replace("mid_block.block.1", "mid.block_2")
                .replace("mid_block.attentions.0.group_norm", "mid.attn_1.norm")
                .replace("mid_block.attentions.0.to_out.0", "mid.attn_1.proj_out")
                .replace("mid_block.attentions.0.to_", "mid.attn_1.")
                .replace("conv_norm_out", "norm_out")
                .replace("conv_shortcut", "nin_shortcut");
    }

    private static String reversed(MatchResult match) {
        return "decoder.up_blocks." + (3 - Integer.parseInt(match.group(1)));
    }
}
