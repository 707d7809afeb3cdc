package io.mural;

import io.mural.model.family.PictureModel;
import io.mural.model.hierarchical.HierarchicalGeometry;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.HierarchicalSettings;
import io.mural.tensor.InputException;
import io.mural.weights.text.JsonObject;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How a picture beyond the model's own size is made, as it stands in a recipe.
 *
 * @param lora the file that teaches the model to look at a guide; empty for the model's own
 * @param scale of the LoRA
 * @param scope which tokens it is for
 */
public record Hierarchy(
        Optional<Path> lora, double scale, HierarchicalLora.Scope scope, HierarchicalSettings settings) {
    static Hierarchy of(JsonObject json) {
        var scope = json.string("scope").equals("image") ? HierarchicalLora.Scope.IMAGE : HierarchicalLora.Scope.GUIDE;
        return new Hierarchy(
                json.has("lora") ? Optional.of(Path.of(json.string("lora"))) : Optional.empty(),
                Bounds.number(json, "lora_scale", -Bounds.LARGEST_SCALE),
                scope,
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
    Hierarchy withLora(Optional<Path> file) {
        return new Hierarchy(file, scale, scope, settings);
    }

    /** The LoRA, where need be that of the model; {@link InputException} where it has none. */
    HierarchicalLora lora(PictureModel model) {
        var file = lora.or(model::hierarchicalLora)
                .orElseThrow(() -> InputException.about(
                        "hierarchical-lora",
                        "the model names no hierarchical LoRA of its own; give one with `hierarchical-lora`"));
        return new HierarchicalLora(file, scale, scope);
    }

    Map<String, Object> toJson() {
        var geometry = settings.geometry();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("lora", lora.map(RecipeJson::written).orElse(null));
        json.put("lora_scale", scale);
        json.put("scope", scope.name().toLowerCase(Locale.ROOT));
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
                wishes.lora().or(usual::lora),
                usual.scale,
                wishes.scope().orElse(usual.scope),
                new HierarchicalSettings(
                        geometry,
                        before.shift(),
                        all,
                        skipped,
                        guidance.orElse(before.guidance()),
                        before.trueCfg(),
                        wishes.upsampler().orElse(before.upsampler())));
    }

    /** As the model's own defaults have it, with its own LoRA. */
    static Hierarchy usual(HierarchicalSettings settings) {
        return new Hierarchy(Optional.empty(), 1, HierarchicalLora.Scope.GUIDE, settings);
    }
}
