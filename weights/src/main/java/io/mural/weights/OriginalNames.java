package io.mural.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * FLUX.1's transformer in the spelling of its authors' single-file release (black-forest-labs/flux, modules/layers.py)
 * beside diffusers' spelling. Both directions are read from this one table; {@code #} stands for the block's number.
 */
final class OriginalNames {
    private static final Pattern NUMBER = Pattern.compile("\\.(\\d{1,4})(?=\\.)");
    private static final Map<String, Rule> RULES = new LinkedHashMap<>();

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

    static {
        rule("img_in", "x_embedder");
        rule("txt_in", "context_embedder");
        embedder("time_in", "timestep_embedder");
        embedder("vector_in", "text_embedder");
        embedder("guidance_in", "guidance_embedder");
        stream("img", "norm1", "attn.to_q", "attn.to_k", "attn.to_v", "attn.to_out.0", "ff");
        stream(
                "txt",
                "norm1_context",
                "attn.add_q_proj",
                "attn.add_k_proj",
                "attn.add_v_proj",
                "attn.to_add_out",
                "ff_context");
        rule("double_blocks.#.img_attn.norm.query_norm", "transformer_blocks.#.attn.norm_q");
        rule("double_blocks.#.img_attn.norm.key_norm", "transformer_blocks.#.attn.norm_k");
        rule("double_blocks.#.txt_attn.norm.query_norm", "transformer_blocks.#.attn.norm_added_q");
        rule("double_blocks.#.txt_attn.norm.key_norm", "transformer_blocks.#.attn.norm_added_k");
        String single = "single_transformer_blocks.#.";
        rule("single_blocks.#.modulation.lin", single + "norm.linear");
        rule(
                "single_blocks.#.linear1",
                single + "attn.to_q",
                single + "attn.to_k",
                single + "attn.to_v",
                single + "proj_mlp");
        rule("single_blocks.#.linear2", single + "proj_out");
        rule("single_blocks.#.norm.query_norm", single + "attn.norm_q");
        rule("single_blocks.#.norm.key_norm", single + "attn.norm_k");
        rule("final_layer.linear", "proj_out");
        put(new Rule("final_layer.adaLN_modulation.1", List.of("norm_out.linear"), true));
    }

    private static void embedder(String original, String embedder) {
        rule(original + ".in_layer", "time_text_embed." + embedder + ".linear_1");
        rule(original + ".out_layer", "time_text_embed." + embedder + ".linear_2");
    }

    private static void stream(String kind, String norm, String q, String k, String v, String out, String mlp) {
        String from = "double_blocks.#." + kind;
        String to = "transformer_blocks.#.";
        rule(from + "_mod.lin", to + norm + ".linear");
        rule(from + "_attn.qkv", to + q, to + k, to + v);
        rule(from + "_attn.proj", to + out);
        rule(from + "_mlp.0", to + mlp + ".net.0.proj");
        rule(from + "_mlp.2", to + mlp + ".net.2");
    }

    private static void rule(String original, String... modules) {
        put(new Rule(original, List.of(modules), false));
    }

    private static void put(Rule rule) {
        RULES.put(rule.original(), rule);
    }

    /** The rule for a module as the single file spells it, such as {@code double_blocks.7.img_attn.qkv}. */
    static Optional<Rule> of(String module) {
        Matcher number = NUMBER.matcher(module);
        if (!number.find()) {
            return Optional.ofNullable(RULES.get(module));
        }
        String general = module.substring(0, number.start(1)) + "#" + module.substring(number.end(1));
        Rule rule = RULES.get(general);
        // Numbers that name a place in a module, as in img_mlp.0, stand in the rules themselves.
        return Optional.ofNullable(rule == null ? RULES.get(module) : rule.at(number.group(1)));
    }

    /** The rules of a whole model with so many double and single blocks. */
    static List<Rule> all(int doubleBlocks, int singleBlocks) {
        List<Rule> rules = new ArrayList<>();
        for (Rule rule : RULES.values()) {
            int blocks = rule.original().startsWith("double_blocks") ? doubleBlocks : singleBlocks;
            if (rule.original().contains("#")) {
                for (int i = 0; i < blocks; i++) {
                    rules.add(rule.at(Integer.toString(i)));
                }
            } else {
                rules.add(rule);
            }
        }
        return rules;
    }
}
