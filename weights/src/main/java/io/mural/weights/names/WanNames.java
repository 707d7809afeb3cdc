package io.mural.weights.names;

import java.util.List;
import java.util.Set;

/**
 * The parts of Wan 2.1 in the spelling of its authors' files beside diffusers' and transformers' spelling. What a part of
 * a name becomes stands in tables of prefixes, which are read in both directions.
 */
final class WanNames {
    private static final String BLOCK = "blocks.";

    /** A prefix in the authors' file and in diffusers. */
    private record Pair(String original, String diffusers) {}

    private static final List<Pair> TRANSFORMER = List.of(
            new Pair("text_embedding.0.", "condition_embedder.text_embedder.linear_1."),
            new Pair("text_embedding.2.", "condition_embedder.text_embedder.linear_2."),
            new Pair("time_embedding.0.", "condition_embedder.time_embedder.linear_1."),
            new Pair("time_embedding.2.", "condition_embedder.time_embedder.linear_2."),
            new Pair("time_projection.1.", "condition_embedder.time_proj."),
            new Pair("head.head.", "proj_out."),
            new Pair("head.modulation", "scale_shift_table"));

    /** What follows a block's number, the longer prefixes first. */
    private static final List<Pair> TRANSFORMER_BLOCK = List.of(
            new Pair("modulation", "scale_shift_table"),
            new Pair("self_attn.q.", "attn1.to_q."),
            new Pair("self_attn.k.", "attn1.to_k."),
            new Pair("self_attn.v.", "attn1.to_v."),
            new Pair("self_attn.o.", "attn1.to_out.0."),
            new Pair("self_attn.", "attn1."),
            new Pair("cross_attn.q.", "attn2.to_q."),
            new Pair("cross_attn.k.", "attn2.to_k."),
            new Pair("cross_attn.v.", "attn2.to_v."),
            new Pair("cross_attn.o.", "attn2.to_out.0."),
            new Pair("cross_attn.", "attn2."),
            new Pair("norm3.", "norm2."),
            new Pair("ffn.0.", "ffn.net.0.proj."),
            new Pair("ffn.2.", "ffn.net.2."));

    private static final List<Pair> UMT5 =
            List.of(new Pair("token_embedding.", "shared."), new Pair("norm.", "encoder.final_layer_norm."));

    private static final List<Pair> UMT5_BLOCK = List.of(
            new Pair("attn.", "layer.0.SelfAttention."),
            new Pair("pos_embedding.embedding.", "layer.0.SelfAttention.relative_attention_bias."),
            new Pair("norm1.", "layer.0.layer_norm."),
            new Pair("norm2.", "layer.1.layer_norm."),
            new Pair("ffn.gate.0.", "layer.1.DenseReluDense.wi_0."),
            new Pair("ffn.fc1.", "layer.1.DenseReluDense.wi_1."),
            new Pair("ffn.fc2.", "layer.1.DenseReluDense.wo."));

    private static final List<Pair> VAE_TOP =
            List.of(new Pair("conv1.", "quant_conv."), new Pair("conv2.", "post_quant_conv."));

    /** What stands in the encoder and the decoder alike. */
    private static final List<Pair> VAE_HALF = List.of(
            new Pair("conv1.", "conv_in."),
            new Pair("downsamples.", "down_blocks."),
            new Pair("middle.0.", "mid_block.resnets.0."),
            new Pair("middle.1.", "mid_block.attentions.0."),
            new Pair("middle.2.", "mid_block.resnets.1."),
            new Pair("head.0.", "norm_out."),
            new Pair("head.2.", "conv_out."));

    private static final List<Pair> VAE_RESIDUAL = List.of(
            new Pair("residual.0.", "norm1."),
            new Pair("residual.2.", "conv1."),
            new Pair("residual.3.", "norm2."),
            new Pair("residual.6.", "conv2."),
            new Pair("shortcut.", "conv_shortcut."));

    private WanNames() {}

    /** The transformer's tensor as diffusers calls it; a name that is in no table stays. */
    static String transformer(String name) {
        return name.startsWith(BLOCK)
                ? BLOCK + afterNumber(name, TRANSFORMER_BLOCK, true)
                : replaced(name, TRANSFORMER, true);
    }

    /** The transformer's tensor as its authors call it. */
    static String originalTransformer(String name) {
        return name.startsWith(BLOCK)
                ? BLOCK + afterNumber(name, TRANSFORMER_BLOCK, false)
                : replaced(name, TRANSFORMER, false);
    }

    /** The text encoder's tensor as transformers calls it. */
    static String umT5(String name) {
        return name.startsWith(BLOCK)
                ? "encoder.block." + afterNumber(name, UMT5_BLOCK, true)
                : replaced(name, UMT5, true);
    }

    /**
     * The autoencoder's tensor as diffusers calls it.
     *
     * @param levelSize modules of a level of the decoder: its residual blocks and the upsampler
     */
    static String vae(String name, int levelSize) {
        for (String half : List.of("encoder.", "decoder.")) {
            if (name.startsWith(half)) {
                String rest = name.substring(half.length());
                String renamed =
                        rest.startsWith("upsamples.") ? upBlock(rest, levelSize) : replaced(rest, VAE_HALF, true);
                return half + residual(renamed);
            }
        }
        return replaced(name, VAE_TOP, true);
    }

    /** How many modules a level of the decoder has: the first upsampler is the last of its level. */
    static int levelSize(Set<String> names) {
        int first = 0;
        while (names.contains("decoder.upsamples." + first + ".residual.2.weight")) {
            first++;
        }
        return first + 1;
    }

    /** A linear layer of the transformer as its authors call it, for LoRAs. */
    static String original(String module) {
        String spelled = originalTransformer(module + ".");
        return spelled.substring(0, spelled.length() - 1);
    }

    private static String upBlock(String name, int levelSize) {
        String[] words = name.split("\\.", 3);
        if (words.length < 3 || !words[1].matches("\\d{1,4}")) {
            return name;
        }
        int number = Integer.parseInt(words[1]);
        int place = number % levelSize;
        String module = place == levelSize - 1 ? ".upsamplers.0." : ".resnets." + place + ".";
        return "up_blocks." + number / levelSize + module + words[2];
    }

    private static String residual(String name) {
        for (Pair pair : VAE_RESIDUAL) {
            int at = name.indexOf("." + pair.original());
            if (at >= 0) {
                return name.substring(0, at + 1)
                        + pair.diffusers()
                        + name.substring(at + 1 + pair.original().length());
            }
        }
        return name;
    }

    /** The block's number and what follows it in the other spelling. */
    private static String afterNumber(String name, List<Pair> table, boolean toDiffusers) {
        int dot = name.indexOf('.', BLOCK.length());
        return dot < 0
                ? name.substring(BLOCK.length())
                : name.substring(BLOCK.length(), dot + 1) + replaced(name.substring(dot + 1), table, toDiffusers);
    }

    private static String replaced(String name, List<Pair> table, boolean toDiffusers) {
        for (Pair pair : table) {
            String from = toDiffusers ? pair.original() : pair.diffusers();
            if (name.startsWith(from)) {
                return (toDiffusers ? pair.diffusers() : pair.original()) + name.substring(from.length());
            }
        }
        return name;
    }
}
