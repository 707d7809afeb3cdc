package io.mural.weights.names;

import io.mural.weights.file.TensorInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The scales of the norms of queries and keys of FLUX.1, by the names that control LoRAs bring them under: diffusers'
 * and those of the single file.
 */
final class NormNames {
    private static final List<String> NORMS = List.of(".norm_q", ".norm_k", ".norm_added_q", ".norm_added_k");

    private final Catalog catalog;
    private final Map<String, String> names = new HashMap<>();

    NormNames(Catalog catalog) {
        this.catalog = catalog;
        catalog.tensors().keySet().stream()
                .filter(name -> NORMS.stream().anyMatch(norm -> name.endsWith(norm + ".weight")))
                .forEach(name -> names.put(name, name));
        int doubles = ModuleNames.count(catalog, "transformer_blocks.", ".attn.norm_q.weight");
        int singles = ModuleNames.count(catalog, "single_transformer_blocks.", ".attn.norm_q.weight");
        for (OriginalNames.Rule rule : OriginalNames.FLUX1.all(doubles, singles)) {
            if (rule.modules().size() == 1 && names.containsKey(rule.modules().getFirst() + ".weight")) {
                names.put(rule.original() + ".scale", rule.modules().getFirst() + ".weight");
            }
        }
    }

    /** The model's name of the tensor that takes these values. */
    Optional<String> find(String name, TensorInfo values) {
        return Optional.ofNullable(names.get(name))
                .filter(norm -> values.dtype().isFloat() && catalog.shape(norm).equals(values.shape()));
    }
}
