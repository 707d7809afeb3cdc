package io.mural.bench.synthetic;

import io.mural.model.flux1.Flux1Config;
import io.mural.model.flux2.Flux2Config;
import io.mural.tensor.DType;
import java.util.List;

/** Names and shapes of the transformers, as diffusers writes them. */
final class TransformerTensors {
    /** Size of the sinusoid of a timestep in FLUX.1. */
    private static final int SINUSOID = 256;

    private TransformerTensors() {}

    static List<SyntheticTensor> flux1(Flux1Config config) {
        var list = new TensorList(DType.BF16);
        int hidden = config.hidden();
        embedder(list, "time_text_embed.timestep_embedder", SINUSOID, hidden);
        if (config.guidanceEmbeds()) {
            embedder(list, "time_text_embed.guidance_embedder", SINUSOID, hidden);
        }
        embedder(list, "time_text_embed.text_embedder", config.pooledProjectionDim(), hidden);
        list.linear("context_embedder", config.jointAttentionDim(), hidden);
        list.linear("x_embedder", config.inChannels(), hidden);
        for (int i = 0; i < config.numLayers(); i++) {
            flux1Double(list, "transformer_blocks." + i, config);
        }
        for (int i = 0; i < config.numSingleLayers(); i++) {
            flux1Single(list, "single_transformer_blocks." + i, config);
        }
        list.linear("norm_out.linear", hidden, 2L * hidden);
        list.linear("proj_out", hidden, config.inChannels());
        return list.tensors();
    }

    private static void embedder(TensorList list, String name, int in, int hidden) {
        list.linear(name + ".linear_1", in, hidden);
        list.linear(name + ".linear_2", hidden, hidden);
    }

    private static void flux1Double(TensorList list, String block, Flux1Config config) {
        int hidden = config.hidden();
        list.linear(block + ".norm1.linear", hidden, 6L * hidden);
        list.linear(block + ".norm1_context.linear", hidden, 6L * hidden);
        headNorms(list, block + ".attn", config.attentionHeadDim(), "norm_q", "norm_k", "norm_added_q", "norm_added_k");
        for (var name :
                List.of("to_q", "to_k", "to_v", "add_k_proj", "add_v_proj", "add_q_proj", "to_out.0", "to_add_out")) {
            list.linear(block + ".attn." + name, hidden, hidden);
        }
        for (var ff : List.of("ff", "ff_context")) {
            list.linear(block + "." + ff + ".net.0.proj", hidden, config.mlpHidden());
            list.linear(block + "." + ff + ".net.2", config.mlpHidden(), hidden);
        }
    }

    private static void flux1Single(TensorList list, String block, Flux1Config config) {
        int hidden = config.hidden();
        list.linear(block + ".norm.linear", hidden, 3L * hidden);
        list.linear(block + ".proj_mlp", hidden, config.mlpHidden());
        list.linear(block + ".proj_out", hidden + config.mlpHidden(), hidden);
        headNorms(list, block + ".attn", config.attentionHeadDim(), "norm_q", "norm_k");
        for (var name : List.of("to_q", "to_k", "to_v")) {
            list.linear(block + ".attn." + name, hidden, hidden);
        }
    }

    static List<SyntheticTensor> flux2(Flux2Config config) {
        var list = new TensorList(DType.BF16);
        int hidden = config.hidden();
        flux2Embedder(list, "timestep_embedder", config);
        if (config.guidanceEmbeds()) {
            flux2Embedder(list, "guidance_embedder", config);
        }
        list.linearNoBias("double_stream_modulation_img.linear", hidden, 6L * hidden);
        list.linearNoBias("double_stream_modulation_txt.linear", hidden, 6L * hidden);
        list.linearNoBias("single_stream_modulation.linear", hidden, 3L * hidden);
        list.linearNoBias("x_embedder", config.inChannels(), hidden);
        list.linearNoBias("context_embedder", config.jointAttentionDim(), hidden);
        for (int i = 0; i < config.numLayers(); i++) {
            flux2Double(list, "transformer_blocks." + i, config);
        }
        for (int i = 0; i < config.numSingleLayers(); i++) {
            var attn = "single_transformer_blocks." + i + ".attn";
            list.linearNoBias(attn + ".to_qkv_mlp_proj", hidden, 3L * hidden + 2L * config.mlpHidden());
            headNorms(list, attn, config.attentionHeadDim(), "norm_q", "norm_k");
            list.linearNoBias(attn + ".to_out", hidden + config.mlpHidden(), hidden);
        }
        list.linearNoBias("norm_out.linear", hidden, 2L * hidden);
        list.linearNoBias("proj_out", hidden, config.inChannels());
        return list.tensors();
    }

    private static void flux2Embedder(TensorList list, String name, Flux2Config config) {
        list.linearNoBias(
                "time_guidance_embed." + name + ".linear_1", config.timestepGuidanceChannels(), config.hidden());
        list.linearNoBias("time_guidance_embed." + name + ".linear_2", config.hidden(), config.hidden());
    }

    private static void flux2Double(TensorList list, String block, Flux2Config config) {
        int hidden = config.hidden();
        headNorms(list, block + ".attn", config.attentionHeadDim(), "norm_q", "norm_k", "norm_added_q", "norm_added_k");
        for (var name :
                List.of("to_q", "to_k", "to_v", "to_out.0", "add_q_proj", "add_k_proj", "add_v_proj", "to_add_out")) {
            list.linearNoBias(block + ".attn." + name, hidden, hidden);
        }
        for (var ff : List.of("ff", "ff_context")) {
            list.linearNoBias(block + "." + ff + ".linear_in", hidden, 2L * config.mlpHidden());
            list.linearNoBias(block + "." + ff + ".linear_out", config.mlpHidden(), hidden);
        }
    }

    private static void headNorms(TensorList list, String attn, int headDim, String... names) {
        for (var name : names) {
            list.scale(attn + "." + name, headDim);
        }
    }
}
