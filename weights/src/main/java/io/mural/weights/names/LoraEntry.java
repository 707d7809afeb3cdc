package io.mural.weights.names;

import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.TensorInfo;
import io.mural.weights.text.Shown;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The tensors that a LoRA file holds for one layer.
 *
 * @param module the layer as the file spells it, without the prefix that the trainer put before all
 * @param others further tensors, by what stands after the layer's name
 */
record LoraEntry(
        String module,
        Optional<TensorInfo> down,
        Optional<TensorInfo> up,
        Optional<TensorInfo> alpha,
        Map<String, TensorInfo> others) {

    /** Every spelling of the two matrices, longer ones first; the last of each is XLabs'. */
    private static final List<String> DOWN = List.of(
            "lora_linear_layer.down.weight",
            "lora_A.default.weight",
            "lora_A.weight",
            "lora_down.weight",
            "lora.down.weight",
            "down.weight");

    private static final List<String> UP = List.of(
            "lora_linear_layer.up.weight",
            "lora_B.default.weight",
            "lora_B.weight",
            "lora_up.weight",
            "lora.up.weight",
            "up.weight");

    private static final List<String> ALPHA = List.of("lora.alpha", "alpha");

    /** What is added to a layer's bias. */
    static final String BIAS_CHANGE = "diff_b";

    /** The bias of the up matrix, which is scaled as the matrix is. */
    private static final List<String> UP_BIAS = List.of("lora_B.bias", "lora_B.default.bias");

    private static final Pattern NORM = Pattern.compile("(.*[._])?norm(_q|_k|\\d)?");

    /** What other methods call their tensors, longer names first. */
    private static final Map<String, String> METHODS = methods();

    private static final List<String> PREFIXES = List.of(
            "base_model.model.",
            "model.diffusion_model.",
            "diffusion_model.",
            "transformer.",
            "lora_transformer_",
            "lora_unet_",
            "lycoris_");

    private static Map<String, String> methods() {
        Map<String, String> methods = new LinkedHashMap<>();
        methods.put("dora_scale", "DoRA");
        methods.put("lora_magnitude_vector.default.weight", "DoRA");
        methods.put("lora_magnitude_vector.weight", "DoRA");
        methods.put("lora_magnitude_vector", "DoRA");
        methods.put("lora_mid.weight", "a Tucker decomposition (lora_mid)");
        for (String part : List.of("w1", "w2", "w1_a", "w1_b", "w2_a", "w2_b", "t1", "t2")) {
            methods.put("lokr_" + part, "LoKr");
            methods.put("hada_" + part, "LoHa");
        }
        for (String bias : List.of("lora_B.bias", "lora_B.default.bias", "lora_up.bias", "diff_b", "b_norm")) {
            methods.put(bias, "a changed bias");
        }
        for (String full : List.of("diff", "set_weight", "w_norm", "norm.query_norm.scale", "norm.key_norm.scale")) {
            methods.put(full, "a changed weight that is not low-rank");
        }
        methods.put("oft_blocks", "OFT");
        methods.put("oft_diag", "OFT");
        return methods;
    }

    /** The method of a further tensor that a low-rank matrix cannot stand for, such as DoRA. */
    static Optional<String> method(String other) {
        return Optional.ofNullable(METHODS.get(other));
    }

    /** Whether a tensor of this name is one of the matrices of a layer, or their alpha. */
    static boolean isOfLayer(String name) {
        String part = part(name);
        return DOWN.contains(part) || UP.contains(part) || ALPHA.contains(part);
    }

    /** All layers of the file, in its order. */
    static List<LoraEntry> read(Checkpoint file) {
        Map<String, LoraEntry> entries = new LinkedHashMap<>();
        for (TensorInfo info : file.tensors().values()) {
            String part = part(info.name());
            String module = info.name().substring(0, Math.max(0, info.name().length() - part.length() - 1));
            LoraEntry entry = entries.computeIfAbsent(
                    module,
                    name -> new LoraEntry(
                            bare(name), Optional.empty(), Optional.empty(), Optional.empty(), new LinkedHashMap<>()));
            entries.put(module, entry.plus(part, info));
        }
        return new ArrayList<>(entries.values());
    }

    /** Whether it holds nothing but another weight or bias for a norm. */
    boolean changesNorm() {
        return down.isEmpty()
                && up.isEmpty()
                && !others.isEmpty()
                && Set.of("diff", BIAS_CHANGE).containsAll(others.keySet())
                && NORM.matcher(module).matches();
    }

    /** Whether a further tensor is applied where the model has a place for it, as those of control LoRAs are. */
    static boolean isApplied(String other) {
        return UP_BIAS.contains(other) || other.endsWith("_norm.scale");
    }

    /** The bias of its up matrix. */
    Optional<TensorInfo> upBias() {
        return UP_BIAS.stream().filter(others::containsKey).map(others::get).findFirst();
    }

    /** A tensor's name without the prefix that the trainer put before all. */
    static String bareName(TensorInfo info) {
        return bare(info.name());
    }

    /** Whether it is of a method of LyCORIS, which has no low-rank matrices of its own. */
    boolean isLycoris() {
        return others.keySet().stream().anyMatch(part -> part.startsWith("lokr_") || part.startsWith("hada_"));
    }

    /** Those of the two matrices that are there. */
    List<TensorInfo> matrices() {
        List<TensorInfo> matrices = new ArrayList<>();
        down.ifPresent(matrices::add);
        up.ifPresent(matrices::add);
        return matrices;
    }

    /** All tensors of this entry. */
    List<TensorInfo> tensors() {
        List<TensorInfo> tensors = new ArrayList<>();
        down.ifPresent(tensors::add);
        up.ifPresent(tensors::add);
        alpha.ifPresent(tensors::add);
        tensors.addAll(others.values());
        return tensors;
    }

    /** Whose spelling it is, in words. */
    String style() {
        String name = tensors().getFirst().name();
        if (name.contains(".processor.")) {
            return "XLabs";
        }
        if (name.startsWith("lora_unet_") || name.startsWith("lora_transformer_")) {
            return "kohya, " + name.substring(0, name.indexOf('_', "lora_".length()) + 1);
        }
        String module = name.substring(name.indexOf(module()));
        String prefix = name.substring(0, name.length() - module.length());
        return prefix.isEmpty() ? "PEFT" : prefix.equals("transformer.") ? "diffusers" : "PEFT, " + prefix;
    }

    private LoraEntry plus(String part, TensorInfo info) {
        if (DOWN.contains(part)) {
            return new LoraEntry(module, one(down, info), up, alpha, others);
        }
        if (UP.contains(part)) {
            return new LoraEntry(module, down, one(up, info), alpha, others);
        }
        if (ALPHA.contains(part)) {
            return new LoraEntry(module, down, up, one(alpha, info), others);
        }
        others.put(part, info);
        return this;
    }

    private static Optional<TensorInfo> one(Optional<TensorInfo> before, TensorInfo info) {
        before.ifPresent(other -> {
            throw new InputException(info.file() + ": " + Shown.quoted(other.name()) + " and "
                    + Shown.quoted(info.name()) + " are the same matrix of one layer");
        });
        return Optional.of(info);
    }

    /** What stands after the layer's name and a dot; the whole name where nothing known does. */
    private static String part(String name) {
        for (List<String> parts : List.of(DOWN, UP, ALPHA, List.copyOf(METHODS.keySet()))) {
            for (String part : parts) {
                if (name.endsWith("." + part)) {
                    return part;
                }
            }
        }
        return name;
    }

    private static String bare(String module) {
        String bare = module;
        boolean stripped = true;
        while (stripped) {
            stripped = false;
            for (String prefix : PREFIXES) {
                if (bare.startsWith(prefix)) {
                    bare = bare.substring(prefix.length());
                    stripped = true;
                }
            }
        }
        return bare;
    }
}
