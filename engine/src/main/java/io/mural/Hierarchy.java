package io.mural;

import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.HierarchicalSettings;
import io.mural.weights.text.JsonObject;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** How a picture beyond the model's own size is made, as it stands in a recipe. */
public record Hierarchy(HierarchicalLora lora, HierarchicalSettings settings) {
    static Hierarchy of(JsonObject json) {
        var scope = json.string("scope").equals("image") ? HierarchicalLora.Scope.IMAGE : HierarchicalLora.Scope.GUIDE;
        return new Hierarchy(
                new HierarchicalLora(
                        Path.of(json.string("lora")), Bounds.number(json, "lora_scale", -Bounds.LARGEST_SCALE), scope),
                checked(json));
    }

    /** Held to the bounds of the options. */
    private static HierarchicalSettings checked(JsonObject json) {
        Bounds.whole(json, "steps", Bounds.MOST_STEPS);
        Bounds.scale(json, "guidance");
        Bounds.scale(json, "true_cfg");
        Bounds.scale(json, "shift");
        return HierarchicalSettings.of(json, HierarchicalSettings.FLUX1);
    }

    /** The same with the LoRA in another file. */
    Hierarchy withLora(Path file) {
        return new Hierarchy(new HierarchicalLora(file, lora.scale(), lora.scope()), settings);
    }

    Map<String, Object> toJson() {
        var geometry = settings.geometry();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("lora", RecipeJson.written(lora.file()));
        json.put("lora_scale", lora.scale());
        json.put("scope", lora.scope().name().toLowerCase(Locale.ROOT));
        json.put("window", geometry.window());
        json.put("ratio", geometry.ratio());
        json.put("halo", geometry.halo());
        json.put("guidance_halo", geometry.guidanceHalo());
        json.put("guidance_radius", geometry.guidanceRadius());
        json.put("ntk_factor", geometry.ntkFactor());
        json.put("shift", settings.shift());
        json.put("steps", settings.steps());
        json.put("skip_steps", settings.skipSteps());
        json.put("guidance", settings.guidance());
        json.put("true_cfg", settings.trueCfg());
        json.put("upsampler", settings.upsampler().name().toLowerCase(Locale.ROOT));
        return json;
    }

    /**
     * The hierarchy that a request asks for.
     *
     * @param usual what the recipe or the model has
     * @param steps of the request, where given
     * @param guidance of the request, where given
     */
    static Hierarchy of(Request.Levels wishes, Hierarchy usual, Optional<Integer> steps, Optional<Double> guidance) {
        var lora = new HierarchicalLora(
                wishes.lora().orElse(usual.lora.file()),
                usual.lora.scale(),
                wishes.scope().orElse(usual.lora.scope()));
        var before = usual.settings;
        var geometry = new HierarchicalGeometry(
                wishes.window().orElse(before.geometry().window()),
                wishes.ratio().orElse(before.geometry().ratio()),
                wishes.halo().orElse(before.geometry().halo()),
                before.geometry().guidanceHalo(),
                before.geometry().guidanceRadius(),
                wishes.ntk().orElse(before.geometry().ntkFactor()));
        int all = steps.orElse(before.steps());
        // Other numbers of steps skip the same part of the way.
        int skipped = wishes.skipSteps().orElse((int) ((long) before.skipSteps() * all / before.steps()));
        return new Hierarchy(
                lora,
                new HierarchicalSettings(
                        geometry,
                        before.shift(),
                        all,
                        skipped,
                        guidance.orElse(before.guidance()),
                        before.trueCfg(),
                        wishes.upsampler().orElse(before.upsampler())));
    }

    /** As the model's own defaults have it, with the given LoRA. */
    static Hierarchy usual(Path lora, HierarchicalSettings settings) {
        return new Hierarchy(new HierarchicalLora(lora, 1, HierarchicalLora.Scope.GUIDE), settings);
    }
}
