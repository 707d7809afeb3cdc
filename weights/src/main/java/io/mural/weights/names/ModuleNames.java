package io.mural.weights.names;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every spelling that a LoRA may use for the layers of one model, made from the model's own names: theirs, those of the
 * single file, XLabs' names of the attention's parts, and each with underscores for dots. A name with underscores cannot
 * be taken apart by itself ({@code to_out_0}, {@code norm_out_linear}); it can be looked up.
 */
final class ModuleNames {
    /**
     * The layers that one spelling means.
     *
     * @param modules the rows of the up matrix belong to these, in order
     * @param swapped the halves of those rows are to be exchanged
     */
    record Target(List<String> modules, boolean swapped) {}

    private static final Target AMBIGUOUS = new Target(List.of(), false);
    private static final String WEIGHT = ".weight";

    private final Map<String, Target> targets = new HashMap<>();

    ModuleNames(Catalog catalog) {
        catalog.tensors().forEach((name, slice) -> {
            if (name.endsWith(WEIGHT) && slice.shape().size() >= 2) {
                String module = name.substring(0, name.length() - WEIGHT.length());
                put(module, new Target(List.of(module), false));
            }
        });
        List<String> wan = catalog.tensors().keySet().stream()
                .filter(name -> name.endsWith(WEIGHT) && name.startsWith("blocks.")
                        || name.startsWith("condition_embedder.") && name.endsWith(WEIGHT)
                        || name.equals("proj_out" + WEIGHT))
                .map(name -> name.substring(0, name.length() - WEIGHT.length()))
                .toList();
        if (catalog.tensors().containsKey("condition_embedder.time_proj" + WEIGHT)) {
            wan.forEach(module -> put(WanNames.original(module), new Target(List.of(module), false)));
        }
        int doubles = count(catalog, "transformer_blocks.", ".attn.to_q.weight");
        int singles = Math.max(
                count(catalog, "single_transformer_blocks.", ".attn.to_q.weight"),
                count(catalog, "single_transformer_blocks.", ".attn.to_qkv_mlp_proj.weight"));
        for (OriginalNames table : List.of(OriginalNames.FLUX1, OriginalNames.FLUX2)) {
            for (OriginalNames.Rule rule : table.all(doubles, singles)) {
                // Modules that only the other model has are not in the catalogue.
                if (rule.modules().stream().allMatch(module -> catalog.tensors().containsKey(module + WEIGHT))) {
                    put(rule.original(), new Target(rule.modules(), rule.swapped()));
                }
            }
        }
        for (int i = 0; i < doubles; i++) {
            String block = "transformer_blocks." + i + ".attn.";
            String processor = "double_blocks." + i + ".processor.";
            xlabs(processor + "qkv_lora1", block + "to_q", block + "to_k", block + "to_v");
            xlabs(processor + "qkv_lora2", block + "add_q_proj", block + "add_k_proj", block + "add_v_proj");
            xlabs(processor + "proj_lora1", block + "to_out.0");
            xlabs(processor + "proj_lora2", block + "to_add_out");
        }
        for (int i = 0; i < singles; i++) {
            String block = "single_transformer_blocks." + i + ".";
            String processor = "single_blocks." + i + ".processor.";
            xlabs(processor + "qkv_lora", block + "attn.to_q", block + "attn.to_k", block + "attn.to_v");
            xlabs(processor + "proj_lora", block + "proj_out");
        }
    }

    /** The layers that {@code spelling} means; empty when none or more than one meaning fits. */
    Optional<Target> find(String spelling) {
        return Optional.ofNullable(targets.get(spelling)).filter(target -> !target.equals(AMBIGUOUS));
    }

    private void xlabs(String spelling, String... modules) {
        put(spelling, new Target(List.of(modules), false));
    }

    private void put(String spelling, Target target) {
        for (String spelled : List.of(spelling, spelling.replace('.', '_'))) {
            targets.merge(spelled, target, (a, b) -> a.equals(b) ? a : AMBIGUOUS);
        }
    }

    /** How many blocks there are, numbered between two parts of a name. */
    static int count(Catalog catalog, String before, String after) {
        int count = 0;
        while (catalog.tensors().containsKey(before + count + after)) {
            count++;
        }
        return count;
    }
}
