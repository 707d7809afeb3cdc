package io.mural.weights.names;

import io.mural.tensor.InputException;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.file.GgufHeader;
import io.mural.weights.file.TensorInfo;
import io.mural.weights.text.Shown;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * The one place where spellings of tensor names are translated. Models are published in diffusers' and transformers'
 * folders, in their authors' single files, in GGUF files, and in files that hold several components under prefixes; models here see
 * diffusers' names alone. Fused matrices become views of their rows; nothing is copied but the small final modulation.
 */
public final class KeyStyles {

    /** A component of a model that a file can hold. */
    public enum Part {
        TRANSFORMER("FLUX.1 transformer", "", "model.diffusion_model.", "diffusion_model.", "transformer.", "model."),
        FLUX2_TRANSFORMER("FLUX.2 transformer", TRANSFORMER.prefixes.toArray(String[]::new)),
        VAE("autoencoder", "", "vae.", "first_stage_model."),
        CLIP("CLIP text encoder", "", "text_encoders.clip_l.transformer.", "text_encoders.clip_l.", "clip_l."),
        T5("T5 text encoder", "", "text_encoders.t5xxl.transformer.", "text_encoders.t5xxl.", "t5xxl."),
        QWEN3("Qwen3 text encoder", "", "text_encoders.qwen3_4b.transformer.", "text_encoders.qwen3_8b.transformer."),
        WAN_TRANSFORMER("Wan transformer", TRANSFORMER.prefixes.toArray(String[]::new)),
        WAN_VAE("Wan autoencoder", VAE.prefixes.toArray(String[]::new)),
        UMT5("umT5 text encoder", "", "text_encoders.umt5xxl.transformer.", "text_encoders.umt5xxl.", "umt5xxl.");

        private final String words;
        private final List<String> prefixes;

        Part(String words, String... prefixes) {
            this.words = words;
            this.prefixes = List.of(prefixes);
        }

        /** What it is called in messages. */
        public String words() {
            return words;
        }
    }

    /** How a part is spelled in a file, told by a tensor that only this spelling has; the first that fits is it. */
    private enum Style {
        DIFFUSERS_FLUX2(Part.FLUX2_TRANSFORMER, "diffusers", "double_stream_modulation_img.linear.weight"),
        ORIGINAL_FLUX2(Part.FLUX2_TRANSFORMER, "original single file", "double_stream_modulation_img.lin.weight"),
        // FLUX.2 has these too.
        DIFFUSERS_TRANSFORMER(Part.TRANSFORMER, "diffusers", "x_embedder.weight"),
        ORIGINAL_TRANSFORMER(Part.TRANSFORMER, "original single file", "img_in.weight"),
        DIFFUSERS_DECODER(Part.VAE, "diffusers", "decoder.conv_norm_out.weight"),
        DIFFUSERS_ENCODER(Part.VAE, "diffusers", "encoder.conv_norm_out.weight"),
        LDM_DECODER(Part.VAE, "original single file", "decoder.norm_out.weight"),
        LDM_ENCODER(Part.VAE, "original single file", "encoder.norm_out.weight"),
        DIFFUSERS_WAN(Part.WAN_TRANSFORMER, "diffusers", "condition_embedder.time_proj.weight"),
        ORIGINAL_WAN(Part.WAN_TRANSFORMER, "original single file", "head.modulation"),
        DIFFUSERS_WAN_DECODER(Part.WAN_VAE, "diffusers", "decoder.norm_out.gamma"),
        DIFFUSERS_WAN_ENCODER(Part.WAN_VAE, "diffusers", "encoder.norm_out.gamma"),
        ORIGINAL_WAN_DECODER(Part.WAN_VAE, "original single file", "decoder.head.0.gamma"),
        ORIGINAL_WAN_ENCODER(Part.WAN_VAE, "original single file", "encoder.head.0.gamma"),
        CLIP(Part.CLIP, "transformers", "text_model.embeddings.token_embedding.weight"),
        // transformers 5 leaves out the outer module.
        BARE_CLIP(Part.CLIP, "transformers", "embeddings.token_embedding.weight"),
        // A T5 has the table in its first layer alone.
        UMT5(Part.UMT5, "transformers", "encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight"),
        ORIGINAL_UMT5(Part.UMT5, "original single file", "blocks.0.pos_embedding.embedding.weight"),
        LLAMA_UMT5(Part.UMT5, "llama.cpp", "enc.blk.1.attn_rel_b.weight"),
        T5(Part.T5, "transformers", "encoder.block.0.layer.0.SelfAttention.q.weight"),
        QWEN3(Part.QWEN3, "transformers", "model.layers.0.self_attn.q_norm.weight"),
        BARE_QWEN3(Part.QWEN3, "transformers", "layers.0.self_attn.q_norm.weight"),
        LLAMA_T5(Part.T5, "llama.cpp", "enc.blk.0.attn_q.weight"),
        LLAMA_QWEN3(Part.QWEN3, "llama.cpp", "blk.0.attn_q_norm.weight");

        private final Part part;
        private final String words;
        private final String mark;

        Style(Part part, String words, String mark) {
            this.part = part;
            this.words = words;
            this.mark = mark;
        }
    }

    private record Found(Style style, String prefix) {}

    private static final String T5_EMBEDDING = "shared.weight";
    private static final String T5_EMBEDDING_COPY = "encoder.embed_tokens.weight";

    private KeyStyles() {}

    /** The parts a checkpoint holds, each with its layout in words, such as {@code original single file}. */
    public static Map<Part, String> parts(Checkpoint checkpoint) {
        Map<Part, String> parts = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            Found found = find(checkpoint, part);
            if (found != null) {
                String under = found.prefix().isEmpty() ? "" : ", under \"" + found.prefix() + "\"";
                parts.put(part, found.style().words + under);
            }
        }
        return parts;
    }

    /** A part of the checkpoint under diffusers' names; {@link InputException} when the checkpoint does not hold it. */
    public static Weights weights(Checkpoint checkpoint, Part part) {
        Found found = find(checkpoint, part);
        if (found == null) {
            throw new InputException(checkpoint.source() + ": holds no " + part.words() + instead(checkpoint)
                    + "; its tensors are " + Shown.few(checkpoint.tensors().keySet()));
        }
        OtherModels.format(checkpoint).ifPresent(format -> {
            throw new InputException(checkpoint.source() + ": " + format);
        });
        Map<String, TensorInfo> names = new TreeMap<>();
        checkpoint.tensors().forEach((name, info) -> {
            if (name.startsWith(found.prefix())) {
                names.put(name.substring(found.prefix().length()), info);
            }
        });
        Catalog catalog = new Catalog(checkpoint, new TreeMap<>());
        switch (found.style()) {
            case ORIGINAL_TRANSFORMER -> original(catalog, names, OriginalNames.FLUX1);
            case ORIGINAL_FLUX2 -> original(catalog, names, OriginalNames.FLUX2);
            case LDM_DECODER, LDM_ENCODER -> {
                int levels = LdmVaeNames.levels(names.keySet());
                names.forEach(
                        (name, info) -> catalog.add(LdmVaeNames.toDiffusers(name, levels), Catalog.Slice.whole(info)));
            }
            case BARE_CLIP ->
                names.forEach((name, info) -> catalog.add("text_model." + name, Catalog.Slice.whole(info)));
            case BARE_QWEN3 -> names.forEach((name, info) -> catalog.add("model." + name, Catalog.Slice.whole(info)));
            case T5, UMT5 -> t5(catalog, names);
            case ORIGINAL_WAN -> renamed(catalog, names, WanNames::transformer);
            case ORIGINAL_WAN_DECODER, ORIGINAL_WAN_ENCODER -> {
                int levelSize = WanNames.levelSize(names.keySet());
                renamed(catalog, names, name -> WanNames.vae(name, levelSize));
            }
            case ORIGINAL_UMT5 -> renamed(catalog, names, WanNames::umT5);
            case LLAMA_T5, LLAMA_UMT5 -> llama(catalog, names, LlamaNames.T5);
            case LLAMA_QWEN3 -> llama(catalog, names, LlamaNames.QWEN3);
            case DIFFUSERS_TRANSFORMER,
                    DIFFUSERS_FLUX2,
                    DIFFUSERS_DECODER,
                    DIFFUSERS_ENCODER,
                    DIFFUSERS_WAN,
                    DIFFUSERS_WAN_DECODER,
                    DIFFUSERS_WAN_ENCODER,
                    CLIP,
                    QWEN3 -> names.forEach((name, info) -> catalog.add(name, Catalog.Slice.whole(info)));
        }
        return new Weights(catalog);
    }

    /** What a file without a part holds instead, in words for a message; empty where that is not known. */
    public static String instead(Checkpoint checkpoint) {
        var other = OtherModels.model(checkpoint);
        if (other.isPresent()) {
            return " but " + other.get() + ", which mural does not run";
        }
        String architecture = checkpoint.metadata().get(GgufHeader.ARCHITECTURE);
        return architecture == null
                ? ""
                : " but, as a GGUF file, a model of the architecture " + Shown.quoted(architecture);
    }

    private static Found find(Checkpoint checkpoint, Part part) {
        boolean transformer = part == Part.TRANSFORMER || part == Part.FLUX2_TRANSFORMER;
        if (transformer && OtherModels.model(checkpoint).isPresent()) {
            return null;
        }
        for (String prefix : part.prefixes) {
            for (Style style : Style.values()) {
                if (checkpoint.tensors().containsKey(prefix + style.mark)) {
                    if (style.part == part) {
                        return new Found(style, prefix);
                    }
                    boolean looksAlike = style.part == Part.FLUX2_TRANSFORMER && part == Part.TRANSFORMER
                            || style.part == Part.UMT5 && part == Part.T5;
                    if (looksAlike) {
                        return null;
                    }
                }
            }
        }
        return null;
    }

    /** The embedding is stored under one or both of two names. */
    private static void t5(Catalog catalog, Map<String, TensorInfo> names) {
        names.forEach((name, info) -> {
            boolean only = name.equals(T5_EMBEDDING_COPY) && !names.containsKey(T5_EMBEDDING);
            if (only || !name.equals(T5_EMBEDDING_COPY)) {
                catalog.add(only ? T5_EMBEDDING : name, Catalog.Slice.whole(info));
            }
        });
    }

    private static void renamed(Catalog catalog, Map<String, TensorInfo> names, UnaryOperator<String> spelling) {
        names.forEach((name, info) -> catalog.add(spelling.apply(name), Catalog.Slice.whole(info)));
    }

    private static void llama(Catalog catalog, Map<String, TensorInfo> names, LlamaNames table) {
        names.forEach((name, info) -> catalog.add(table.toTransformers(name), Catalog.Slice.whole(info)));
    }

    private static void original(Catalog catalog, Map<String, TensorInfo> names, OriginalNames table) {
        names.forEach((name, info) -> {
            int dot = name.lastIndexOf('.');
            var rule = table.of(name.substring(0, Math.max(dot, 0)));
            if (rule.isEmpty()) {
                catalog.add(name, Catalog.Slice.whole(info));
            } else {
                // The single file calls the weight of a normalisation its scale.
                String parameter = name.substring(dot + 1).equals("scale") ? "weight" : name.substring(dot + 1);
                split(catalog, names, rule.get(), parameter, info);
            }
        });
    }

    private static void split(
            Catalog catalog,
            Map<String, TensorInfo> names,
            OriginalNames.Rule rule,
            String parameter,
            TensorInfo info) {
        List<String> modules = rule.modules();
        // What is beside a weight, such as the scale and the mark of fp8, belongs to all its rows.
        boolean beside = info.size() == 1 || !parameter.equals("weight") && !parameter.equals("bias");
        if (modules.size() == 1 || beside) {
            boolean swapped = rule.swapped() && !beside;
            if (swapped && info.shape().getFirst() % 2 != 0) {
                throw new InputException(catalog.source() + ": " + info.name() + " is " + info.shape()
                        + ", expected two halves of equal size");
            }
            Catalog.Slice whole = Catalog.Slice.whole(info);
            for (String module : modules) {
                catalog.add(
                        module + "." + parameter, new Catalog.Slice(whole.stored(), whole.from(), whole.to(), swapped));
            }
            return;
        }
        long rows = info.shape().getFirst();
        long part = width(catalog, names, rule);
        long others = part * (modules.size() - 1);
        if (part <= 0 || others >= rows) {
            throw new InputException(catalog.source() + ": " + info.name() + " is " + info.shape()
                    + ", too few rows for " + modules.size() + " matrices of a model of width " + part);
        }
        for (int i = 0; i < modules.size(); i++) {
            long to = i == modules.size() - 1 ? rows : (i + 1) * part;
            catalog.add(modules.get(i) + "." + parameter, new Catalog.Slice(info, i * part, to, false));
        }
    }

    /** The columns of the fused weight: the model's width, and the rows of each part but the last. */
    private static long width(Catalog catalog, Map<String, TensorInfo> names, OriginalNames.Rule rule) {
        TensorInfo weight = names.get(rule.original() + ".weight");
        if (weight == null || weight.shape().size() != 2) {
            throw new InputException(catalog.source() + ": the tensor " + Shown.quoted(rule.original() + ".weight")
                    + (weight == null ? " is missing" : " is " + weight.shape() + ", expected a matrix"));
        }
        return weight.shape().get(1);
    }
}
