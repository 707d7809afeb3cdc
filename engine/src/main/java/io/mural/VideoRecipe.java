package io.mural;

import io.mural.engine.text.RelativePath;
import io.mural.model.family.WanSource;
import io.mural.model.request.ClipRequest;
import io.mural.model.request.LoraFile;
import io.mural.model.wan.T3Windows;
import io.mural.tensor.Precision;
import io.mural.weights.names.KeyStyles.Part;
import io.mural.weights.text.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Everything a clip is made from. It stands in the clip's file as JSON.
 *
 * @param fps frames a second in the file
 * @param attention with its kind said
 * @param device where it was computed; another may differ in the last bits
 * @param precision what products were asked to be in
 */
public record VideoRecipe(
        ClipRequest request,
        int fps,
        WanSource model,
        List<LoraFile> loras,
        VideoAttention attention,
        String device,
        Precision precision) {

    /** The keyword of the text that holds a recipe. */
    public static final String KEYWORD = "mural-video";

    public VideoRecipe {
        loras = List.copyOf(loras);
    }

    /**
     * One JSON object in one line, as it stands in a clip's file: paths as seen from there, and none that begins at the root.
     *
     * @param clip the file or folder, where there is one
     */
    public String toJson(Optional<Path> clip) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("prompt", request.prompt());
        json.put("negative", request.negative());
        json.put("guidance", request.guidance());
        json.put("width", request.width());
        json.put("height", request.height());
        json.put("frames", request.frames());
        json.put("fps", fps);
        json.put("steps", request.steps());
        json.put("seed", request.seed());
        json.put("shift", request.shift());
        json.put("sigmas", request.form().text());
        json.put("solver", request.solver().name().toLowerCase(Locale.ROOT));
        json.put("text_tokens", request.textTokens());
        json.put("noise_dtype", request.bf16Noise() ? "bf16" : "f32");
        putAttention(json);
        putModel(json, file -> RelativePath.text(RelativePath.of(file, clip)));
        json.put("device", device);
        json.put("precision", precision.key());
        return Json.write(json);
    }

    private void putAttention(Map<String, Object> json) {
        var kind = attention.kind().orElseThrow();
        json.put("attention", kind.key());
        if (kind == VideoAttention.Kind.T3) {
            json.put("windows", attention.windows().orElse(T3Windows.PUBLISHED).text());
        }
        if (kind == VideoAttention.Kind.ULTRAGEN) {
            json.put("antialias", attention.antialias());
        }
    }

    private void putModel(Map<String, Object> json, Function<Path, String> seen) {
        json.put("model", seen.apply(model.model()));
        model.base().ifPresent(base -> json.put("base", seen.apply(base)));
        put(json, "text_encoder", model.parts().get(Part.UMT5), seen);
        put(json, "vae", model.parts().get(Part.WAN_VAE), seen);
        json.put(
                "loras",
                loras.stream()
                        .map(lora -> seen.apply(lora.file()) + ":" + lora.scale())
                        .toList());
    }

    private static void put(Map<String, Object> json, String key, Path file, Function<Path, String> seen) {
        if (file != null) {
            json.put(key, seen.apply(file));
        }
    }

    /**
     * What tells the latents of this clip from those of others: all that its pixels depend on.
     *
     * @param weights what tells the weights from others
     */
    String identity(String weights) {
        return request + " " + attention.kind().orElseThrow().key() + " "
                + attention.windows().map(T3Windows::text).orElse("") + " " + attention.antialias() + " " + device + " "
                + precision.key() + " " + weights;
    }
}
