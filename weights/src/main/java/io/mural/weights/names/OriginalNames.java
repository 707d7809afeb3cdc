package io.mural.weights.names;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A transformer in the spelling of its authors' single-file release (black-forest-labs/flux and flux2) beside diffusers'
 * spelling, one table a model. Both directions are read from it; {@code #} stands for the block's number.
 */
final class OriginalNames {
    private static final Pattern NUMBER = Pattern.compile("\\.(\\d{1,4})(?=\\.)");
    private static final String DOUBLE = "transformer_blocks.#.";
    private static final String SINGLE = "single_transformer_blocks.#.";

    static final OriginalNames FLUX1 = flux1();
    static final OriginalNames FLUX2 = flux2();

    private final Map<String, Rule> rules = new LinkedHashMap<>();

    /**
     * One module of the single file.
     *
     * @param modules diffusers' modules whose rows it holds, in order: all but the last have as many rows as the weight
     *     has columns
     * @param swapped its rows are (shift, scale) where diffusers has (scale, shift)
     */
    record Rule(String original, List<String> modules, boolean swapped) {
        private Rule at(String number) {
            List<String> numbered =
                    modules.stream().map(module -> module.replace("#", number)).toList();
            return new Rule(original.replace("#", number), numbered, swapped);
        }
    }

    private OriginalNames() {}

    private static OriginalNames flux1() {
        OriginalNames names = new OriginalNames();
        names.rule("img_in", "x_embedder");
        names.rule("txt_in", "context_embedder");
        names.embedder("time_in", "time_text_embed.timestep_embedder");
        names.embedder("vector_in", "time_text_embed.text_embedder");
        names.embedder("guidance_in", "time_text_embed.guidance_embedder");
        names.rule("double_blocks.#.img_mod.lin", DOUBLE + "norm1.linear");
        names.rule("double_blocks.#.txt_mod.lin", DOUBLE + "norm1_context.linear");
        names.attention();
        names.mlp("img_mlp", "ff.net.0.proj", "ff.net.2");
        names.mlp("txt_mlp", "ff_context.net.0.proj", "ff_context.net.2");
        names.rule("single_blocks.#.modulation.lin", SINGLE + "norm.linear");
        names.rule(
                "single_blocks.#.linear1",
                SINGLE + "attn.to_q",
                SINGLE + "attn.to_k",
                SINGLE + "attn.to_v",
                SINGLE + "proj_mlp");
        names.rule("single_blocks.#.linear2", SINGLE + "proj_out");
        names.finalLayer();
        return names;
    }

    private static OriginalNames flux2() {
        OriginalNames names = new OriginalNames();
        names.rule("img_in", "x_embedder");
        names.rule("txt_in", "context_embedder");
        names.embedder("time_in", "time_guidance_embed.timestep_embedder");
        names.embedder("guidance_in", "time_guidance_embed.guidance_embedder");
        for (String shared :
                List.of("double_stream_modulation_img", "double_stream_modulation_txt", "single_stream_modulation")) {
            names.rule(shared + ".lin", shared + ".linear");
        }
        names.attention();
        names.mlp("img_mlp", "ff.linear_in", "ff.linear_out");
        names.mlp("txt_mlp", "ff_context.linear_in", "ff_context.linear_out");
        names.rule("single_blocks.#.linear1", SINGLE + "attn.to_qkv_mlp_proj");
        names.rule("single_blocks.#.linear2", SINGLE + "attn.to_out");
        names.finalLayer();
        return names;
    }

    private void embedder(String original, String embedder) {
        rule(original + ".in_layer", embedder + ".linear_1");
        rule(original + ".out_layer", embedder + ".linear_2");
    }

    /** What both models have in common in their blocks' attention. */
    private void attention() {
        String attn = DOUBLE + "attn.";
        rule("double_blocks.#.img_attn.qkv", attn + "to_q", attn + "to_k", attn + "to_v");
        rule("double_blocks.#.img_attn.proj", attn + "to_out.0");
        rule("double_blocks.#.txt_attn.qkv", attn + "add_q_proj", attn + "add_k_proj", attn + "add_v_proj");
        rule("double_blocks.#.txt_attn.proj", attn + "to_add_out");
        rule("double_blocks.#.img_attn.norm.query_norm", attn + "norm_q");
        rule("double_blocks.#.img_attn.norm.key_norm", attn + "norm_k");
        rule("double_blocks.#.txt_attn.norm.query_norm", attn + "norm_added_q");
        rule("double_blocks.#.txt_attn.norm.key_norm", attn + "norm_added_k");
        rule("single_blocks.#.norm.query_norm", SINGLE + "attn.norm_q");
        rule("single_blocks.#.norm.key_norm", SINGLE + "attn.norm_k");
    }

    private void mlp(String original, String first, String second) {
        rule("double_blocks.#." + original + ".0", DOUBLE + first);
        rule("double_blocks.#." + original + ".2", DOUBLE + second);
    }

    private void finalLayer() {
        rule("final_layer.linear", "proj_out");
        put(new Rule("final_layer.adaLN_modulation.1", List.of("norm_out.linear"), true));
    }

    private void rule(String original, String... modules) {
        put(new Rule(original, List.of(modules), false));
    }

    private void put(Rule rule) {
        rules.put(rule.original(), rule);
    }

    /** The rule for a module as the single file spells it, such as {@code double_blocks.7.img_attn.qkv}. */
    Optional<Rule> of(String module) {
        Matcher number = NUMBER.matcher(module);
        if (!number.find()) {
            return Optional.ofNullable(rules.get(module));
        }
        String general = module.substring(0, number.start(1)) + "#" + module.substring(number.end(1));
        Rule rule = rules.get(general);
        // Numbers that name a place in a module, as in img_mlp.0, stand in the rules themselves.
        return Optional.ofNullable(rule == null ? rules.get(module) : rule.at(number.group(1)));
    }

    /** The rules of a whole model with so many double and single blocks. */
    List<Rule> all(int doubleBlocks, int singleBlocks) {
        List<Rule> all = new ArrayList<>();
        for (Rule rule : rules.values()) {
            int blocks = rule.original().startsWith("double_blocks") ? doubleBlocks : singleBlocks;
            if (rule.original().contains("#")) {
                for (int i = 0; i < blocks; i++) {
                    all.add(rule.at(Integer.toString(i)));
                }
            } else {
                all.add(rule);
            }
        }
        return all;
    }
}
