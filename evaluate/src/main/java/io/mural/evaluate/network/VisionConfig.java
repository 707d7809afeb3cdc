package io.mural.evaluate.network;

import io.mural.model.text.ClipLayer;
import io.mural.tensor.InputException;
import io.mural.weights.text.JsonObject;

/**
 * The sizes of CLIP's picture half, named as under {@code vision_config} of transformers' {@code config.json}; what is
 * left out there has transformers' defaults.
 */
public record VisionConfig(
        int hiddenSize,
        int intermediateSize,
        int numHiddenLayers,
        int numAttentionHeads,
        int imageSize,
        int patchSize,
        float layerNormEps) {

    public VisionConfig {
        if (hiddenSize < 1
                || intermediateSize < 1
                || numHiddenLayers < 1
                || numAttentionHeads < 1
                || patchSize < 1
                || hiddenSize % numAttentionHeads != 0
                || imageSize < patchSize) {
            throw new InputException("vision_config: sizes that do not fit together: hidden_size " + hiddenSize
                    + ", intermediate_size " + intermediateSize + ", num_hidden_layers " + numHiddenLayers
                    + ", num_attention_heads " + numAttentionHeads + ", image_size " + imageSize + ", patch_size "
                    + patchSize);
        }
    }

    static VisionConfig of(JsonObject json) {
        if (!json.string("hidden_act", "quick_gelu").equals("quick_gelu")) {
            throw json.error("hidden_act", "is " + json.string("hidden_act") + "; OpenAI's CLIP uses quick_gelu");
        }
        return new VisionConfig(
                json.integer("hidden_size", 768),
                json.integer("intermediate_size", 3072),
                json.integer("num_hidden_layers", 12),
                json.integer("num_attention_heads", 12),
                json.integer("image_size", 224),
                json.integer("patch_size", 32),
                (float) json.number("layer_norm_eps", 1e-5));
    }

    ClipLayer.Sizes layer() {
        return new ClipLayer.Sizes(hiddenSize, intermediateSize, numAttentionHeads, layerNormEps);
    }

    /** Patches of a picture, without the class token. */
    int patches() {
        int across = imageSize / patchSize;
        return across * across;
    }
}
