package io.mural.weights.names;

import java.util.List;

/** The layers of a transformer as its authors' single-file release has them, some of diffusers' fused into one. */
public final class OriginalModules {
    private OriginalModules() {}

    /**
     * One layer of the release.
     *
     * @param name such as {@code double_blocks.7.img_attn.qkv}
     * @param modules diffusers' layers whose rows it holds, in order
     * @param swapped its rows are (shift, scale) where diffusers has (scale, shift)
     */
    public record Fused(String name, List<String> modules, boolean swapped) {}

    /** All layers of a transformer whose tensors are under diffusers' names. */
    public static List<Fused> of(Weights model) {
        var names = model.has("time_guidance_embed.timestep_embedder.linear_1.weight")
                ? OriginalNames.FLUX2
                : OriginalNames.FLUX1;
        return names.all(model.blocks("transformer_blocks"), model.blocks("single_transformer_blocks")).stream()
                .map(rule -> new Fused(rule.original(), rule.modules(), rule.swapped()))
                .toList();
    }
}
