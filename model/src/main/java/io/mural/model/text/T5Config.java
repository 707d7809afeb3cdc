package io.mural.model.text;

import io.mural.weights.text.JsonObject;

/** The sizes of a T5 v1.1 or umT5 encoder, named as in transformers' {@code config.json}. */
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

    /** The encoder of umT5 XXL, the one Wan 2.1 was published with; for files that come without a config. */
    public static final T5Config PUBLISHED_UMT5 = new T5Config(256384, 4096, 64, 10240, 24, 64, 32, 128, 1e-6f);

    public static T5Config of(JsonObject json) {
        if (!json.string("feed_forward_proj", "gated-gelu").equals("gated-gelu")) {
            throw json.error(
                    "feed_forward_proj",
                    "is " + json.string("feed_forward_proj") + "; T5 v1.1 and umT5 have gated-gelu");
        }
        return new T5Config(
                size(json, "vocab_size"),
                size(json, "d_model"),
                size(json, "d_kv"),
                size(json, "d_ff"),
                size(json, "num_layers"),
                size(json, "num_heads"),
                json.has("relative_attention_num_buckets") ? size(json, "relative_attention_num_buckets") : 32,
                json.has("relative_attention_max_distance") ? size(json, "relative_attention_max_distance") : 128,
                (float) json.number("layer_norm_epsilon", 1e-6));
    }

    private static int size(JsonObject json, String key) {
        int size = json.integer(key);
        TextSizes.require(json.source(), key, size);
        return size;
    }

    /** Features of all heads together. */
    int inner() {
        return numHeads * dKv;
    }
}
