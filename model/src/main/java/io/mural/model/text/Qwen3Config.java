package io.mural.model.text;

import io.mural.tensor.InputException;
import io.mural.weights.text.JsonObject;
import java.util.List;

/** The sizes of a Qwen3 language model, named as in transformers' {@code text_encoder/config.json}. */
public record Qwen3Config(
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int numHiddenLayers,
        int numAttentionHeads,
        int numKeyValueHeads,
        int headDim,
        double ropeTheta,
        float rmsNormEps) {

    private static final String FILE = "text_encoder/config.json";

    public Qwen3Config {
        TextSizes.require(FILE, "vocab_size", vocabSize);
        TextSizes.require(FILE, "hidden_size", hiddenSize);
        TextSizes.require(FILE, "intermediate_size", intermediateSize);
        TextSizes.require(FILE, "num_hidden_layers", numHiddenLayers);
        TextSizes.require(FILE, "num_attention_heads", numAttentionHeads);
        TextSizes.require(FILE, "num_key_value_heads", numKeyValueHeads);
        TextSizes.require(FILE, "head_dim", headDim);
        if (numAttentionHeads % numKeyValueHeads != 0) {
            throw new InputException(FILE + ": num_attention_heads " + numAttentionHeads
                    + " is no multiple of num_key_value_heads " + numKeyValueHeads);
        }
        if (headDim % 2 != 0) {
            throw new InputException(FILE + ": head_dim is " + headDim + "; expected an even number");
        }
        if (!(ropeTheta > 1)) {
            throw new InputException(FILE + ": rope_theta is " + ropeTheta + "; expected a number above 1");
        }
    }

    /** The layers whose hidden states FLUX.2 klein takes: a quarter, a half and three quarters of the depth, 9, 18, 27. */
    public List<Integer> quarters() {
        return List.of(numHiddenLayers / 4, numHiddenLayers / 2, numHiddenLayers * 3 / 4);
    }

    public static Qwen3Config of(JsonObject json) {
        if (!json.string("model_type", "qwen3").equals("qwen3")) {
            throw json.error(
                    "model_type", "is " + json.string("model_type") + "; FLUX.2 klein's text encoder is a qwen3");
        }
        if (!json.string("hidden_act", "silu").equals("silu")) {
            throw json.error("hidden_act", "is " + json.string("hidden_act") + "; Qwen3 uses silu");
        }
        for (var option : new String[] {"attention_bias", "use_sliding_window"}) {
            if (json.bool(option, false)) {
                throw json.error(option, "is true, which FLUX.2's text encoders do not have");
            }
        }
        return new Qwen3Config(
                json.integer("vocab_size"),
                json.integer("hidden_size"),
                json.integer("intermediate_size"),
                json.integer("num_hidden_layers"),
                json.integer("num_attention_heads"),
                json.integer("num_key_value_heads"),
                json.integer("head_dim", 128),
                theta(json),
                (float) json.number("rms_norm_eps", 1e-6));
    }

    /** transformers 5 moved it into an object. */
    private static double theta(JsonObject json) {
        for (var key : new String[] {"rope_parameters", "rope_scaling"}) {
            if (json.has(key)) {
                var rope = json.object(key);
                if (!rope.string("rope_type", "default").equals("default")) {
                    throw rope.error("rope_type", "is " + rope.string("rope_type") + "; only \"default\" is supported");
                }
                if (rope.has("rope_theta")) {
                    return rope.number("rope_theta");
                }
            }
        }
        return json.number("rope_theta");
    }
}
