package io.mural.weights.names;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text encoders in the spelling of llama.cpp's GGUF files (gguf-py, {@code tensor_mapping.py}) beside transformers'
 * spelling, one table a model. Both directions are read from it; {@code #} stands for the layer's number.
 */
final class LlamaNames {
    private static final Pattern NUMBER = Pattern.compile("(?<=\\.)\\d{1,4}(?=\\.)");

    static final LlamaNames T5 = t5();
    static final LlamaNames QWEN3 = qwen3();

    private final Map<String, String> toTransformers = new LinkedHashMap<>();
    private final Map<String, String> toLlama = new LinkedHashMap<>();

    private LlamaNames() {}

    private static LlamaNames t5() {
        LlamaNames names = new LlamaNames();
        names.rule("token_embd", "shared");
        String block = "encoder.block.#.";
        for (String letter : new String[] {"q", "k", "v", "o"}) {
            names.rule("enc.blk.#.attn_" + letter, block + "layer.0.SelfAttention." + letter);
        }
        names.rule("enc.blk.#.attn_rel_b", block + "layer.0.SelfAttention.relative_attention_bias");
        names.rule("enc.blk.#.attn_norm", block + "layer.0.layer_norm");
        names.rule("enc.blk.#.ffn_gate", block + "layer.1.DenseReluDense.wi_0");
        names.rule("enc.blk.#.ffn_up", block + "layer.1.DenseReluDense.wi_1");
        names.rule("enc.blk.#.ffn_down", block + "layer.1.DenseReluDense.wo");
        names.rule("enc.blk.#.ffn_norm", block + "layer.1.layer_norm");
        names.rule("enc.output_norm", "encoder.final_layer_norm");
        return names;
    }

    private static LlamaNames qwen3() {
        LlamaNames names = new LlamaNames();
        names.rule("token_embd", "model.embed_tokens");
        String layer = "model.layers.#.";
        names.rule("blk.#.attn_norm", layer + "input_layernorm");
        for (String letter : new String[] {"q", "k", "v"}) {
            names.rule("blk.#.attn_" + letter, layer + "self_attn." + letter + "_proj");
        }
        names.rule("blk.#.attn_q_norm", layer + "self_attn.q_norm");
        names.rule("blk.#.attn_k_norm", layer + "self_attn.k_norm");
        names.rule("blk.#.attn_output", layer + "self_attn.o_proj");
        names.rule("blk.#.ffn_norm", layer + "post_attention_layernorm");
        for (String part : new String[] {"gate", "up", "down"}) {
            names.rule("blk.#.ffn_" + part, layer + "mlp." + part + "_proj");
        }
        names.rule("output_norm", "model.norm");
        names.rule("output", "lm_head");
        return names;
    }

    private void rule(String llama, String transformers) {
        toTransformers.put(llama + ".weight", transformers + ".weight");
        toLlama.put(transformers + ".weight", llama + ".weight");
    }

    /** The tensor's name in transformers; a name that is in no table stays. */
    String toTransformers(String name) {
        return translated(toTransformers, name);
    }

    /** The tensor's name in llama.cpp's files; a name that is in no table stays. */
    String toLlama(String name) {
        return translated(toLlama, name);
    }

    /** Whether llama.cpp has a name for the tensor that transformers calls so. */
    boolean knows(String name) {
        return toLlama.containsKey(NUMBER.matcher(name).replaceFirst("#"));
    }

    private static String translated(Map<String, String> table, String name) {
        Matcher number = NUMBER.matcher(name);
        if (!number.find()) {
            return table.getOrDefault(name, name);
        }
        String other = table.get(name.substring(0, number.start()) + "#" + name.substring(number.end()));
        return other == null ? name : other.replace("#", number.group());
    }
}
