package io.mural.model.text;

import io.mural.tensor.InputException;
import io.mural.weights.text.JsonObject;

/** The sizes of a CLIP text encoder, named as in transformers' {@code text_encoder/config.json}. */
public record ClipConfig(
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int numHiddenLayers,
        int numAttentionHeads,
        int maxPositionEmbeddings,
        int eosTokenId,
        float layerNormEps) {

    /** CLIP-L, the one FLUX.1 was published with; for files that come without a config. */
    public static final ClipConfig PUBLISHED = new ClipConfig(49408, 768, 3072, 12, 12, 77, 49407, 1e-5f);

    /** Published CLIP configs say 2 for the end token; transformers then looks for the largest id, which is this. */
    private static final int LEGACY_EOS = 2;

    public ClipConfig {
        TextSizes.require("text_encoder/config.json", "vocab_size", vocabSize);
        TextSizes.require("text_encoder/config.json", "hidden_size", hiddenSize);
        TextSizes.require("text_encoder/config.json", "intermediate_size", intermediateSize);
        TextSizes.require("text_encoder/config.json", "num_hidden_layers", numHiddenLayers);
        TextSizes.require("text_encoder/config.json", "num_attention_heads", numAttentionHeads);
        TextSizes.require("text_encoder/config.json", "max_position_embeddings", maxPositionEmbeddings);
        if (hiddenSize % numAttentionHeads != 0) {
            throw new InputException("text_encoder/config.json: hidden_size " + hiddenSize + " does not divide into "
                    + numAttentionHeads + " attention heads");
        }
    }

    ClipLayer.Sizes layer() {
        return new ClipLayer.Sizes(hiddenSize, intermediateSize, numAttentionHeads, layerNormEps);
    }

    public static ClipConfig of(JsonObject json) {
        if (!json.string("hidden_act", "quick_gelu").equals("quick_gelu")) {
            throw new InputException("text_encoder/config.json: hidden_act is " + json.string("hidden_act")
                    + "; FLUX.1's CLIP uses quick_gelu");
        }
        int eos = json.integer("eos_token_id", LEGACY_EOS);
        return new ClipConfig(
                json.integer("vocab_size"),
                json.integer("hidden_size"),
                json.integer("intermediate_size"),
                json.integer("num_hidden_layers"),
                json.integer("num_attention_heads"),
                json.integer("max_position_embeddings"),
                eos == LEGACY_EOS ? json.integer("vocab_size") - 1 : eos,
                (float) json.number("layer_norm_eps", 1e-5));
    }
}
