package io.mural.model.text;

import io.mural.tensor.InputException;
import io.mural.weights.text.JsonObject;

/** The sizes of a T5 v1.1 encoder, named as in transformers' {@code text_encoder_2/config.json}. */
public record T5Config(
        int vocabSize,
        int dModel,
        int dKv,
        int dFf,
        int numLayers,
        int numHeads,
        int relativeAttentionNumBuckets,
        int relativeAttentionMaxDistance,
        float layerNormEpsilon) {

    /** The encoder of T5 v1.1 XXL, the one FLUX.1 was published with; for files that come without a config. */
    public static final T5Config PUBLISHED = new T5Config(32128, 4096, 64, 10240, 24, 64, 32, 128, 1e-6f);

    private static final String FILE = "text_encoder_2/config.json";

    public T5Config {
        TextSizes.require(FILE, "vocab_size", vocabSize);
        TextSizes.require(FILE, "d_model", dModel);
        TextSizes.require(FILE, "d_kv", dKv);
        TextSizes.require(FILE, "d_ff", dFf);
        TextSizes.require(FILE, "num_layers", numLayers);
        TextSizes.require(FILE, "num_heads", numHeads);
        TextSizes.require(FILE, "relative_attention_num_buckets", relativeAttentionNumBuckets);
        TextSizes.require(FILE, "relative_attention_max_distance", relativeAttentionMaxDistance);
    }

    public static T5Config of(JsonObject json) {
        if (!json.string("feed_forward_proj", "gated-gelu").equals("gated-gelu")) {
            throw new InputException(FILE + ": feed_forward_proj is " + json.string("feed_forward_proj")
                    + "; FLUX.1 uses T5 v1.1, whose is gated-gelu");
        }
        return new T5Config(
                json.integer("vocab_size"),
                json.integer("d_model"),
                json.integer("d_kv"),
                json.integer("d_ff"),
                json.integer("num_layers"),
                json.integer("num_heads"),
                json.integer("relative_attention_num_buckets", 32),
                json.integer("relative_attention_max_distance", 128),
                (float) json.number("layer_norm_epsilon", 1e-6));
    }

    /** Features of all heads together. */
    int inner() {
        return numHeads * dKv;
    }
}
