package io.mural.weights.names;

import io.mural.weights.names.KeyStyles.Part;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Under which names GGUF files hold a part of a model: a transformer's tensors as in its authors' single file, a text
 * encoder's as in llama.cpp.
 *
 * @param architecture as {@code general.architecture} has it
 */
public record QuantizedNames(String architecture, Part part) {
    private static final List<String> FIRST_AND_LAST =
            List.of("img_in.", "txt_in.", "time_in.", "vector_in.", "guidance_in.", "final_layer.");
    private static final String BLOCKS = "transformer_blocks";
    private static final String SINGLE_BLOCKS = "single_transformer_blocks";

    /**
     * A tensor of the GGUF file.
     *
     * @param sources names in diffusers' and transformers' spelling of the tensors that make its rows, in order
     * @param swapped its rows are the second half of the source's and then the first
     */
    public record Fused(String name, List<String> sources, boolean swapped) {}

    public static QuantizedNames of(Part part) {
        return new QuantizedNames(
                switch (part) {
                    case TRANSFORMER, FLUX2_TRANSFORMER -> "flux";
                    case WAN_TRANSFORMER -> "wan";
                    case T5, UMT5 -> "t5encoder";
                    case QWEN3 -> "qwen3";
                    case VAE, WAN_VAE, CLIP -> throw new IllegalArgumentException(part + " has no names in GGUF files");
                },
                part);
    }

    /** Whether a file's part can be written. */
    public static boolean knows(Part part) {
        return part != Part.VAE && part != Part.WAN_VAE && part != Part.CLIP;
    }

    /** The tensors that the weights make, in the order in which the model uses them. */
    public List<Fused> tensors(Weights weights) {
        return switch (part) {
            case TRANSFORMER -> original(weights, OriginalNames.FLUX1);
            case FLUX2_TRANSFORMER -> original(weights, OriginalNames.FLUX2);
            case WAN_TRANSFORMER -> wan(weights);
            case T5, UMT5 -> llama(weights, LlamaNames.T5);
            case QWEN3 -> llama(weights, LlamaNames.QWEN3);
            case VAE, WAN_VAE, CLIP -> throw new IllegalStateException(part + " has no names in GGUF files");
        };
    }

    /**
     * Layers that see the model's inputs or make its output: errors there are in all that follows, and they are small.
     * Other programs that write such files keep the same ones.
     */
    public boolean isFirstOrLast(String name) {
        return switch (part) {
            case TRANSFORMER, FLUX2_TRANSFORMER -> FIRST_AND_LAST.stream().anyMatch(name::startsWith);
            case WAN_TRANSFORMER -> !name.startsWith("blocks.") || name.endsWith(".modulation");
            case T5, UMT5, QWEN3 -> name.contains("attn_rel_b");
            case VAE, WAN_VAE, CLIP -> throw new IllegalStateException(part + " has no names in GGUF files");
        };
    }

    /** A table of embeddings, which is looked up and not multiplied with. */
    public boolean isTable(String name) {
        return name.startsWith("token_embd.");
    }

    private static List<Fused> original(Weights weights, OriginalNames table) {
        List<Fused> tensors = new ArrayList<>();
        for (OriginalNames.Rule rule : table.all(weights.blocks(BLOCKS), weights.blocks(SINGLE_BLOCKS))) {
            for (String parameter : List.of("weight", "bias")) {
                List<String> sources = rule.modules().stream()
                        .map(module -> module + "." + parameter)
                        .toList();
                if (sources.stream().anyMatch(weights::has)) {
                    // The single file calls the weight of a normalisation its scale.
                    boolean norm = rule.original().endsWith("_norm");
                    tensors.add(
                            new Fused(rule.original() + "." + (norm ? "scale" : parameter), sources, rule.swapped()));
                }
            }
        }
        tensors.sort(Comparator.comparing(tensor -> place(tensor.name())));
        return tensors;
    }

    private static List<Fused> wan(Weights weights) {
        return weights.names().stream()
                .map(name -> new Fused(WanNames.originalTransformer(name), List.of(name), false))
                .sorted(Comparator.comparing(tensor -> place(tensor.name())))
                .toList();
    }

    /** First layers, double blocks by number, single blocks by number, last layer; names in order within. */
    private static String place(String name) {
        String[] words = name.split("\\.", 3);
        boolean block = words.length == 3 && words[0].endsWith("blocks");
        int kind = words[0].equals("single_blocks") ? 2 : block ? 1 : 0;
        return (name.startsWith("final_layer") || name.startsWith("head.") ? 3 : kind)
                + (block ? String.format(Locale.ROOT, "%06d", Integer.parseInt(words[1])) + words[2] : name);
    }

    private static List<Fused> llama(Weights weights, LlamaNames table) {
        Map<String, Fused> tensors = new LinkedHashMap<>();
        for (String name : weights.names()) {
            if (table.knows(name)) {
                tensors.put(name, new Fused(table.toLlama(name), List.of(name), false));
            }
        }
        return List.copyOf(tensors.values());
    }
}
