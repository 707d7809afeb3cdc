package io.mural.weights.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.SafetensorsWriter;
import io.mural.weights.names.KeyStyles.Part;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyStylesTest {
    @TempDir
    Path folder;

    private final SafetensorsWriter writer = new SafetensorsWriter();

    @Test
    void splitsFusedMatricesIntoViewsAndSwapsTheFinalModulation() {
        add("model.diffusion_model.img_in.weight", 2, 2);
        add("model.diffusion_model.double_blocks.3.txt_attn.qkv.weight", 6, 2);
        add("model.diffusion_model.double_blocks.3.txt_attn.qkv.bias", 6);
        writer.add("model.diffusion_model.double_blocks.3.txt_attn.qkv.scale_weight", new long[] {}, 1);
        add("model.diffusion_model.single_blocks.0.linear1.weight", 14, 2);
        add("model.diffusion_model.single_blocks.0.norm.key_norm.scale", 1);
        add("model.diffusion_model.final_layer.adaLN_modulation.1.weight", 4, 2);
        add("model.diffusion_model.final_layer.adaLN_modulation.1.bias", 4);
        add("model.diffusion_model.unheard.of", 1);
        add("first_stage_model.decoder.conv_in.bias", 1);
        try (Checkpoint checkpoint = write()) {
            Weights weights = KeyStyles.weights(checkpoint, Part.TRANSFORMER);
            var block = weights.under("transformer_blocks.3.attn");
            var q = block.matrix("add_q_proj.weight", 2, 2).data();
            assertThat(q.address()).isEqualTo(address(checkpoint, "double_blocks.3.txt_attn.qkv.weight", 0));
            assertThat(block.matrix("add_v_proj.weight", 2, 2).data().address())
                    .isEqualTo(address(checkpoint, "double_blocks.3.txt_attn.qkv.weight", 4 * 2 * 4));
            assertThat(block.vector("add_k_proj.bias", 2).toArray()).containsExactly(2, 3);
            assertThat(block.has("add_k_proj.scale_weight")).isTrue();
            var single = weights.under("single_transformer_blocks.0");
            assertThat(single.matrix("attn.to_v.weight", 2, 2).get(0, 0)).isEqualTo(8);
            assertThat(single.matrix("proj_mlp.weight", 8, 2).get(0, 0)).isEqualTo(12);
            assertThat(single.vector("attn.norm_k.weight", 1).toArray()).containsExactly(0);
            assertThat(weights.vector("norm_out.linear.bias", 4).toArray()).containsExactly(2, 3, 0, 1);
            var modulation = weights.matrix("norm_out.linear.weight", 4, 2);
            assertThat(modulation.get(0, 0)).isEqualTo(4);
            assertThat(modulation.get(3, 1)).isEqualTo(3);
            weights.vector("transformer_blocks.3.attn.add_q_proj.bias", 2);
            assertThat(weights.unused())
                    .containsExactlyInAnyOrder(
                            "model.diffusion_model.single_blocks.0.linear1.weight",
                            "model.diffusion_model.double_blocks.3.txt_attn.qkv.bias",
                            "model.diffusion_model.double_blocks.3.txt_attn.qkv.weight",
                            "model.diffusion_model.unheard.of",
                            "model.diffusion_model.img_in.weight");
        }
    }

    @Test
    void namesTheStoredTensorOfAWrongShape() {
        add("img_in.weight", 2, 2);
        try (Checkpoint checkpoint = write()) {
            assertThatThrownBy(() ->
                            KeyStyles.weights(checkpoint, Part.TRANSFORMER).matrix("x_embedder.weight", 3, 2))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(
                            "x.safetensors: x_embedder.weight (img_in.weight) is [2, 2], expected [3, 2]");
        }
    }

    @Test
    void refusesFusedMatricesThatCannotBeSplit() {
        add("img_in.weight", 2, 2);
        add("single_blocks.0.linear1.weight", 6, 2);
        refused(
                Part.TRANSFORMER,
                "single_blocks.0.linear1.weight is [6, 2], too few rows for 4 matrices of a model of");
    }

    @Test
    void refusesAFusedBiasWithoutItsWeight() {
        add("img_in.weight", 2, 2);
        add("single_blocks.0.linear1.bias", 14);
        refused(Part.TRANSFORMER, "the tensor \"single_blocks.0.linear1.weight\" is missing");
    }

    @Test
    void refusesAnOddModulation() {
        add("img_in.weight", 2, 2);
        add("final_layer.adaLN_modulation.1.bias", 3);
        refused(Part.TRANSFORMER, "final_layer.adaLN_modulation.1.bias is [3], expected two halves of equal size");
    }

    @Test
    void readsFlux2InTheOriginalLayout() {
        add("img_in.weight", 2, 2);
        add("double_stream_modulation_img.lin.weight", 12, 2);
        add("time_in.in_layer.weight", 2, 4);
        add("guidance_in.out_layer.weight", 2, 2);
        add("double_blocks.1.txt_attn.qkv.weight", 6, 2);
        add("double_blocks.1.img_attn.norm.key_norm.scale", 1);
        add("double_blocks.1.img_mlp.0.weight", 12, 2);
        add("double_blocks.1.txt_mlp.2.weight", 2, 6);
        add("single_blocks.2.linear1.weight", 18, 2);
        add("single_blocks.2.linear2.weight", 2, 8);
        add("single_blocks.2.norm.query_norm.scale", 1);
        add("final_layer.adaLN_modulation.1.weight", 4, 2);
        add("final_layer.linear.weight", 2, 2);
        try (Checkpoint checkpoint = write()) {
            assertThat(KeyStyles.parts(checkpoint))
                    .containsExactly(Map.entry(Part.FLUX2_TRANSFORMER, "original single file"));
            Weights weights = KeyStyles.weights(checkpoint, Part.FLUX2_TRANSFORMER);
            weights.matrix("x_embedder.weight", 2, 2);
            weights.matrix("double_stream_modulation_img.linear.weight", 12, 2);
            weights.matrix("time_guidance_embed.timestep_embedder.linear_1.weight", 2, 4);
            weights.matrix("time_guidance_embed.guidance_embedder.linear_2.weight", 2, 2);
            var block = weights.under("transformer_blocks.1");
            assertThat(block.matrix("attn.add_v_proj.weight", 2, 2).get(0, 0)).isEqualTo(8);
            block.vector("attn.norm_k.weight", 1);
            block.matrix("ff.linear_in.weight", 12, 2);
            block.matrix("ff_context.linear_out.weight", 2, 6);
            var single = weights.under("single_transformer_blocks.2.attn");
            single.matrix("to_qkv_mlp_proj.weight", 18, 2);
            single.matrix("to_out.weight", 2, 8);
            single.vector("norm_q.weight", 1);
            weights.matrix("proj_out.weight", 2, 2);
            // the authors' halves are shift, scale; diffusers' scale, shift
            assertThat(weights.matrix("norm_out.linear.weight", 4, 2).get(0, 0)).isEqualTo(4);
        }
        refused(Part.TRANSFORMER, "holds no FLUX.1 transformer");
    }

    @Test
    void tellsFlux2FromFlux1InDiffusersLayout() {
        add("x_embedder.weight", 2, 2);
        add("double_stream_modulation_img.linear.weight", 12, 2);
        try (Checkpoint checkpoint = write()) {
            assertThat(KeyStyles.parts(checkpoint)).containsExactly(Map.entry(Part.FLUX2_TRANSFORMER, "diffusers"));
        }
    }

    @Test
    void givesQwen3ItsPublishedNames() {
        add("layers.0.self_attn.q_norm.weight", 2);
        add("embed_tokens.weight", 3, 2);
        try (Checkpoint checkpoint = write()) {
            assertThat(KeyStyles.weights(checkpoint, Part.QWEN3).has("model.embed_tokens.weight"))
                    .isTrue();
        }
    }

    @Test
    void findsTheTextEncodersOfAFullCheckpoint() {
        add("text_encoders.clip_l.transformer.text_model.embeddings.token_embedding.weight", 2, 2);
        add("text_encoders.t5xxl.transformer.encoder.block.0.layer.0.SelfAttention.q.weight", 2, 2);
        add("text_encoders.t5xxl.transformer.shared.weight", 3, 2);
        add("text_encoders.t5xxl.transformer.encoder.embed_tokens.weight", 3, 2);
        add("model.diffusion_model.img_in.weight", 2, 2);
        add("vae.decoder.norm_out.weight", 2);
        try (Checkpoint checkpoint = write()) {
            assertThat(KeyStyles.parts(checkpoint))
                    .containsEntry(Part.TRANSFORMER, "original single file, under \"model.diffusion_model.\"")
                    .containsEntry(Part.VAE, "original single file, under \"vae.\"")
                    .containsEntry(Part.CLIP, "transformers, under \"text_encoders.clip_l.transformer.\"")
                    .containsEntry(Part.T5, "transformers, under \"text_encoders.t5xxl.transformer.\"");
            Weights clip = KeyStyles.weights(checkpoint, Part.CLIP);
            assertThat(clip.has("text_model.embeddings.token_embedding.weight")).isTrue();
            Weights t5 = KeyStyles.weights(checkpoint, Part.T5);
            t5.matrix("shared.weight", 3, 2);
            assertThat(t5.unused())
                    .containsExactly("text_encoders.t5xxl.transformer.encoder.block.0.layer.0.SelfAttention.q.weight");
        }
    }

    @Test
    void givesTextEncodersTheirPublishedNames() {
        add("embeddings.token_embedding.weight", 2, 2);
        add("encoder.block.0.layer.0.SelfAttention.q.weight", 2, 2);
        add("encoder.embed_tokens.weight", 3, 2);
        try (Checkpoint checkpoint = write()) {
            assertThat(KeyStyles.weights(checkpoint, Part.CLIP).has("text_model.embeddings.token_embedding.weight"))
                    .isTrue();
            assertThat(KeyStyles.weights(checkpoint, Part.T5).has("shared.weight"))
                    .isTrue();
        }
    }

    @Test
    void saysWhatAFileHoldsInstead() {
        add("lonely.weight", 2, 2);
        refused(Part.VAE, "holds no autoencoder; its tensors are lonely.weight");
    }

    @Test
    void refusesTwoTensorsOfOneName() {
        add("img_in.weight", 2, 2);
        add("double_blocks.0.img_attn.norm.key_norm.scale", 2);
        add("double_blocks.0.img_attn.norm.key_norm.weight", 2);
        refused(Part.TRANSFORMER, "are both transformer_blocks.0.attn.norm_k.weight");
    }

    /** A tensor whose elements are 0, 1, 2, ... */
    private void add(String name, long... shape) {
        float[] values = new float[(int) java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        writer.add(name, shape, values);
    }

    private Checkpoint write() {
        Path file = folder.resolve("x.safetensors");
        writer.write(file);
        return Checkpoint.open(file);
    }

    private static long address(Checkpoint checkpoint, String name, long offset) {
        return checkpoint.segment("model.diffusion_model." + name).address() + offset;
    }

    private void refused(Part part, String message) {
        try (Checkpoint checkpoint = write()) {
            assertThatThrownBy(() -> KeyStyles.weights(checkpoint, part))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("x.safetensors: ")
                    .hasMessageContaining(message)
                    .message()
                    .doesNotContain("\n");
        }
    }
}
