package io.mural.cli.inspect;

import io.mural.model.flux1.Flux1Config;
import io.mural.model.flux2.Flux2Config;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The sizes of a transformer.
 *
 * @param line for people
 * @param json under the names of {@code config.json}
 */
record Sizes(String line, Map<String, Object> json) {
    static Sizes of(Flux1Config config) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("num_layers", config.numLayers());
        json.put("num_single_layers", config.numSingleLayers());
        json.put("attention_head_dim", config.attentionHeadDim());
        json.put("num_attention_heads", config.numAttentionHeads());
        json.put("joint_attention_dim", config.jointAttentionDim());
        json.put("pooled_projection_dim", config.pooledProjectionDim());
        json.put("guidance_embeds", config.guidanceEmbeds());
        return new Sizes(
                line(
                        config.numLayers(),
                        config.numSingleLayers(),
                        config.numAttentionHeads(),
                        config.attentionHeadDim(),
                        config.jointAttentionDim(),
                        config.guidanceEmbeds()),
                json);
    }

    static Sizes of(Flux2Config config) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("num_layers", config.numLayers());
        json.put("num_single_layers", config.numSingleLayers());
        json.put("attention_head_dim", config.attentionHeadDim());
        json.put("num_attention_heads", config.numAttentionHeads());
        json.put("joint_attention_dim", config.jointAttentionDim());
        json.put("guidance_embeds", config.guidanceEmbeds());
        return new Sizes(
                line(
                        config.numLayers(),
                        config.numSingleLayers(),
                        config.numAttentionHeads(),
                        config.attentionHeadDim(),
                        config.jointAttentionDim(),
                        config.guidanceEmbeds()),
                json);
    }

    private static String line(int doubles, int singles, int heads, int headDim, int text, boolean guidance) {
        return doubles + " double and " + singles + " single blocks, hidden " + heads * headDim + " (" + heads
                + " heads of " + headDim + "), text " + text + ", "
                + (guidance ? "takes guidance" : "takes no guidance");
    }
}
