package io.mural.weights.names;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The autoencoder in the spelling of the latent-diffusion code (as in {@code ae.safetensors}) turned into diffusers'.
 * Its decoder numbers the levels from the picture inward, diffusers from the latents outward.
 */
final class LdmVaeNames {
    private static final Map<String, String> SPELLINGS = new LinkedHashMap<>();
    private static final String UP = "decoder.up.";

    static {
        SPELLINGS.put("encoder.quant_conv.", "quant_conv.");
        SPELLINGS.put("decoder.post_quant_conv.", "post_quant_conv.");
        SPELLINGS.put("coder.norm_out.", "coder.conv_norm_out.");
        SPELLINGS.put(".mid.block_1.", ".mid_block.resnets.0.");
        SPELLINGS.put(".mid.block_2.", ".mid_block.resnets.1.");
        SPELLINGS.put(".mid.attn_1.norm.", ".mid_block.attentions.0.group_norm.");
        SPELLINGS.put(".mid.attn_1.q.", ".mid_block.attentions.0.to_q.");
        SPELLINGS.put(".mid.attn_1.k.", ".mid_block.attentions.0.to_k.");
        SPELLINGS.put(".mid.attn_1.v.", ".mid_block.attentions.0.to_v.");
        SPELLINGS.put(".mid.attn_1.proj_out.", ".mid_block.attentions.0.to_out.0.");
        SPELLINGS.put("encoder.down.", "encoder.down_blocks.");
        SPELLINGS.put(UP, "decoder.up_blocks.");
        SPELLINGS.put(".block.", ".resnets.");
        SPELLINGS.put(".downsample.", ".downsamplers.0.");
        SPELLINGS.put(".upsample.", ".upsamplers.0.");
        SPELLINGS.put(".nin_shortcut.", ".conv_shortcut.");
    }

    private LdmVaeNames() {}

    /** How many levels the decoder has. */
    static int levels(Collection<String> names) {
        return 1 + names.stream().mapToInt(LdmVaeNames::level).max().orElse(-1);
    }

    static String toDiffusers(String name, int levels) {
        String spelled = name;
        int level = level(name);
        if (level >= 0) {
            spelled = UP + (levels - 1 - level) + name.substring(name.indexOf('.', UP.length()));
        }
        for (Map.Entry<String, String> spelling : SPELLINGS.entrySet()) {
            spelled = spelled.replace(spelling.getKey(), spelling.getValue());
        }
        return spelled;
    }

    private static int level(String name) {
        int end = name.indexOf('.', UP.length());
        boolean numbered = name.startsWith(UP)
                && end > UP.length()
                && end - UP.length() < 4
                && name.substring(UP.length(), end).chars().allMatch(c -> c >= '0' && c <= '9');
        return numbered ? Integer.parseInt(name.substring(UP.length(), end)) : -1;
    }
}
