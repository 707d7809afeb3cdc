package io.mural.weights.names;

import io.mural.weights.file.Checkpoint;
import io.mural.weights.text.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Models and formats that are met beside FLUX and are not read here, each by its name: a file of them shares some names
 * with a FLUX model, so that what is missing or has another shape would else be called damage. All of it stands in the
 * tables of this class.
 */
public final class OtherModels {
    /** Prefixes that a transformer stands under in files of several components. */
    private static final List<String> PREFIXES =
            List.of("", "model.diffusion_model.", "diffusion_model.", "transformer.");

    private static final String FORMAT_REMEDY = "; use the model in bf16, fp8 or GGUF";

    /**
     * How a file of a kind is told.
     *
     * @param part what a tensor's name begins with, or ends with where it begins with *, or contains with both
     * @param and the same of another tensor that must be there, empty where one is enough
     * @param words what it is
     */
    private record Mark(String part, String and, String words) {
        boolean is(Set<String> names, String prefix) {
            return found(names, prefix, part) && (and.isEmpty() || found(names, prefix, and));
        }

        private static boolean found(Set<String> names, String prefix, String part) {
            String bare = part.replace("*", "");
            return names.stream().anyMatch(name -> {
                if (!part.startsWith("*")) {
                    return name.startsWith(prefix + bare);
                }
                return part.length() > 1 && part.endsWith("*") ? name.contains(bare) : name.endsWith(bare);
            });
        }
    }

    /** Formats of weights, whatever the model; they go first, being the reason that matters. */
    private static final List<Mark> FORMATS = List.of(
            new Mark("*.quant_state.bitsandbytes__nf4", "", "nf4 of bitsandbytes"),
            new Mark("*.quant_state.bitsandbytes__fp4", "", "fp4 of bitsandbytes"),
            new Mark("*.SCB", "", "int8 of bitsandbytes"),
            new Mark("*.qweight", "*.wscales", "SVDQuant (Nunchaku)"),
            new Mark("*.qweight", "*.smooth_factor", "SVDQuant (Nunchaku)"),
            new Mark("*.qweight", "*.qzeros", "GPTQ or AWQ"),
            new Mark("*.weight._data", "", "quanto"),
            new Mark("*.weight_scale_2", "", "NVFP4"));

    /** Transformers of other models. */
    private static final List<Mark> MODELS = List.of(
            new Mark("nerf_blocks.", "", "Chroma Radiance"),
            new Mark("distilled_guidance_layer.", "", "Chroma"),
            new Mark("txt_norm.", "*.img_mod.1.weight", "Qwen-Image"),
            new Mark("cap_pad_token", "", "Z-Image"),
            new Mark("all_x_embedder.", "", "Z-Image"),
            new Mark("noise_refiner.", "context_refiner.", "Lumina 2 or Z-Image"),
            new Mark("controlnet_", "", "a ControlNet"),
            new Mark("input_hint_block.", "", "a ControlNet"),
            new Mark("redux_up.", "redux_down.", "FLUX.1 Redux"),
            new Mark("*ip_adapter*", "", "an IP-Adapter"),
            new Mark("joint_blocks.", "", "Stable Diffusion 3"),
            new Mark("transformer_blocks.", "pos_embed.proj.", "Stable Diffusion 3"),
            new Mark("double_stream_blocks.", "", "HiDream"),
            new Mark("double_layers.", "single_layers.", "AuraFlow"),
            new Mark("txt_in.individual_token_refiner.", "", "HunyuanVideo"),
            new Mark("patchify_proj.", "", "LTX-Video"),
            new Mark("label_emb.", "input_blocks.", "Stable Diffusion XL"),
            new Mark("input_blocks.", "middle_block.", "Stable Diffusion"),
            new Mark("down_blocks.", "conv_in.", "a Stable Diffusion UNet or an autoencoder of another kind"));

    /** Pipelines of FLUX's own family that a {@code model_index.json} may name, and what they need besides. */
    private static final List<Mark> PIPELINES = List.of(
            new Mark(
                    "FluxPriorRedux",
                    "",
                    "FLUX.1 Redux, which turns a picture into a prompt for another FLUX.1 model and"
                            + " makes none itself"),
            new Mark("FluxControlNet", "", "a ControlNet pipeline, which needs a control picture"),
            new Mark("Chroma", "", "Chroma"),
            new Mark("QwenImage", "", "Qwen-Image"),
            new Mark("ZImage", "", "Z-Image"),
            new Mark("Lumina", "", "Lumina"),
            new Mark("StableDiffusion3", "", "Stable Diffusion 3"),
            new Mark("StableDiffusionXL", "", "Stable Diffusion XL"),
            new Mark("StableDiffusion", "", "Stable Diffusion"));

    private OtherModels() {}

    /** The format of quantized weights that a file is in, where it is none that is read here; with the remedy. */
    public static Optional<String> format(Checkpoint checkpoint) {
        Set<String> names = checkpoint.tensors().keySet();
        return FORMATS.stream()
                .filter(mark -> mark.is(names, "*"))
                .findFirst()
                .map(mark -> "is quantized by " + mark.words() + ", which is not supported" + FORMAT_REMEDY);
    }

    /** Another model whose transformer the file holds, in words. */
    public static Optional<String> model(Checkpoint checkpoint) {
        Set<String> names = checkpoint.tensors().keySet();
        return PREFIXES.stream()
                .flatMap(prefix -> MODELS.stream().filter(mark -> mark.is(names, prefix)))
                .findFirst()
                .map(Mark::words);
    }

    /** What a pipeline of another kind is and needs, by its class in {@code model_index.json}. */
    public static Optional<String> pipeline(String className) {
        return PIPELINES.stream()
                .filter(mark -> className.startsWith(mark.part()))
                .findFirst()
                .map(Mark::words);
    }

    /** The quantization that a component's {@code config.json} states, with the remedy; those read here state none. */
    public static Optional<String> quantization(JsonObject config) {
        if (!config.has("quantization_config")) {
            return Optional.empty();
        }
        JsonObject stated = config.object("quantization_config");
        String method = stated.string("quant_method", "an unknown method");
        String type = stated.bool("load_in_4bit", false)
                ? stated.string("bnb_4bit_quant_type", "4-bit")
                : stated.bool("load_in_8bit", false) ? "int8" : "";
        return Optional.of("is quantized by " + method.toLowerCase(Locale.ROOT)
                + (type.isEmpty() ? "" : " (" + type + ")") + ", which is not supported" + FORMAT_REMEDY);
    }
}
