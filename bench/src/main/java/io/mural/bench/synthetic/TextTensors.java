package io.mural.bench.synthetic;

import io.mural.model.text.ClipConfig;
import io.mural.model.text.Qwen3Config;
import io.mural.model.text.T5Config;
import io.mural.tensor.DType;
import java.util.List;

/** Names and shapes of the text encoders, as transformers writes them. */
final class TextTensors {
    private static final double EMBEDDING = 0.02;

    private TextTensors() {}

    static List<SyntheticTensor> clip(ClipConfig config) {
        var list = new TensorList(DType.BF16);
        int hidden = config.hiddenSize();
        list.matrix("text_model.embeddings.token_embedding.weight", config.vocabSize(), hidden, EMBEDDING);
        list.matrix(
                "text_model.embeddings.position_embedding.weight", config.maxPositionEmbeddings(), hidden, EMBEDDING);
        for (int i = 0; i < config.numHiddenLayers(); i++) {
            var layer = "text_model.encoder.layers." + i;
            for (var name : List.of("k_proj", "v_proj", "q_proj", "out_proj")) {
                list.linear(layer + ".self_attn." + name, hidden, hidden);
            }
            list.norm(layer + ".layer_norm1", hidden);
            list.linear(layer + ".mlp.fc1", hidden, config.intermediateSize());
            list.linear(layer + ".mlp.fc2", config.intermediateSize(), hidden);
            list.norm(layer + ".layer_norm2", hidden);
        }
        list.norm("text_model.final_layer_norm", hidden);
        return list.tensors();
    }

    static List<SyntheticTensor> t5(T5Config config) {
        return t5(config, 1);
    }

    /** umT5 has a table of relative positions in every layer, T5 in the first. */
    static List<SyntheticTensor> umT5(T5Config config) {
        return t5(config, config.numLayers());
    }

    private static List<SyntheticTensor> t5(T5Config config, int tables) {
        var list = new TensorList(DType.BF16);
        int model = config.dModel();
        int inner = config.numHeads() * config.dKv();
        list.matrix("shared.weight", config.vocabSize(), model, 1);
        for (int i = 0; i < config.numLayers(); i++) {
            var block = "encoder.block." + i + ".layer.";
            var attention = block + "0.SelfAttention.";
            // T5 does not divide scores by the root of a head's size: its weights do.
            double scores = 1 / Math.sqrt((double) model * config.dKv());
            list.matrix(attention + "q.weight", inner, model, scores);
            list.linearNoBias(attention + "k", model, inner);
            list.linearNoBias(attention + "v", model, inner);
            list.linearNoBias(attention + "o", inner, model);
            if (i < tables) {
                list.matrix(
                        attention + "relative_attention_bias.weight",
                        config.relativeAttentionNumBuckets(),
                        config.numHeads(),
                        1);
            }
            list.scale(block + "0.layer_norm", model);
            list.linearNoBias(block + "1.DenseReluDense.wi_0", model, config.dFf());
            list.linearNoBias(block + "1.DenseReluDense.wi_1", model, config.dFf());
            list.linearNoBias(block + "1.DenseReluDense.wo", config.dFf(), model);
            list.scale(block + "1.layer_norm", model);
        }
        list.scale("encoder.final_layer_norm", model);
        return list.tensors();
    }

    static List<SyntheticTensor> qwen3(Qwen3Config config) {
        var list = new TensorList(DType.BF16);
        int hidden = config.hiddenSize();
        long queries = (long) config.numAttentionHeads() * config.headDim();
        long keys = (long) config.numKeyValueHeads() * config.headDim();
        list.matrix("model.embed_tokens.weight", config.vocabSize(), hidden, EMBEDDING);
        for (int i = 0; i < config.numHiddenLayers(); i++) {
            var layer = "model.layers." + i;
            list.linearNoBias(layer + ".self_attn.q_proj", hidden, queries);
            list.linearNoBias(layer + ".self_attn.k_proj", hidden, keys);
            list.linearNoBias(layer + ".self_attn.v_proj", hidden, keys);
            list.linearNoBias(layer + ".self_attn.o_proj", queries, hidden);
            list.scale(layer + ".self_attn.q_norm", config.headDim());
            list.scale(layer + ".self_attn.k_norm", config.headDim());
            list.linearNoBias(layer + ".mlp.gate_proj", hidden, config.intermediateSize());
            list.linearNoBias(layer + ".mlp.up_proj", hidden, config.intermediateSize());
            list.linearNoBias(layer + ".mlp.down_proj", config.intermediateSize(), hidden);
            list.scale(layer + ".input_layernorm", hidden);
            list.scale(layer + ".post_attention_layernorm", hidden);
        }
        list.scale("model.norm", hidden);
        return list.tensors();
    }
}
