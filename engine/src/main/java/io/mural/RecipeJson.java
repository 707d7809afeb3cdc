package io.mural;

import io.mural.engine.hub.HubName;
import io.mural.engine.text.RelativePath;
import io.mural.engine.text.Version;
import io.mural.engine.text.Words;
import io.mural.model.edit.Margins;
import io.mural.model.request.Editing;
import io.mural.model.request.LoraFile;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.GemmChoice;
import io.mural.tensor.InputException;
import io.mural.tensor.Precision;
import io.mural.tensor.WeightStorage;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.math.BigInteger;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A recipe as it stands in a picture's file. */
final class RecipeJson {
    private RecipeJson() {}

    static Recipe read(JsonObject json) {
        try {
            return new Recipe(
                    new Recipe.Text(
                            json.string("prompt"),
                            json.string("negative"),
                            Bounds.whole(json, "text_tokens", Bounds.MOST_TEXT_TOKENS)),
                    new Recipe.Canvas(
                            new Size(json.integer("width"), json.integer("height")),
                            constant(VaeExtent.class, json, "vae")),
                    new Recipe.Sampling(
                            Bounds.whole(json, "steps", Bounds.MOST_STEPS),
                            Bounds.seed(json),
                            json.has("guidance") ? Optional.of(Bounds.scale(json, "guidance")) : Optional.empty(),
                            Bounds.scale(json, "true_cfg"),
                            constant(NoiseDtype.class, json, "noise_dtype")),
                    sources(json),
                    new Recipe.Inputs(
                            json.has("init_image") ? Optional.of(init(json.object("init_image"))) : Optional.empty(),
                            json.strings("references", List.of()).stream()
                                    .map(Path::of)
                                    .toList(),
                            json.has("edit") ? Edit.of(json.object("edit")) : before(json)),
                    json.has("hierarchy") ? Optional.of(Hierarchy.of(json.object("hierarchy"))) : Optional.empty(),
                    new Recipe.Computing(
                            json.string("device"),
                            json.has("gemm") ? Optional.of(constant(GemmChoice.class, json, "gemm")) : Optional.empty(),
                            precision(json, "precision"),
                            precision(json, "products"),
                            json.has("storage")
                                    ? constant(WeightStorage.class, json, "storage")
                                    : WeightStorage.USUAL));
        } catch (InvalidPathException e) {
            throw new InputException(json.source() + ": a path in it is none on this system: " + e.getReason(), e);
        }
    }

    /** Pictures from before there was a choice started from the mean and made references' keys once. */
    private static Edit before(JsonObject json) {
        return json.has("init_image") || !json.strings("references", List.of()).isEmpty()
                ? new Edit(
                        Optional.empty(),
                        Optional.empty(),
                        Margins.NONE,
                        Optional.empty(),
                        Editing.Start.MEAN,
                        Editing.References.ONCE,
                        Optional.empty())
                : Edit.NONE;
    }

    private static Recipe.Sources sources(JsonObject json) {
        var model = json.object("model");
        List<LoraFile> loras = new ArrayList<>();
        for (var lora : json.objects("loras", List.of())) {
            loras.add(new LoraFile(
                    Path.of(lora.string("path")), lora.number("scale"), constant(LoraFile.Mode.class, lora, "mode")));
        }
        return new Recipe.Sources(
                new ModelRef(
                        path(model, "path"),
                        path(model, "base"),
                        model.has("variant") ? Optional.of(model.string("variant")) : Optional.empty()),
                loras);
    }

    private static Precision precision(JsonObject json, String key) {
        return json.has(key) ? constant(Precision.class, json, key) : Precision.F32;
    }

    private static InitImage init(JsonObject json) {
        return new InitImage(Path.of(json.string("path")), json.number("strength"), json.string("sha256"));
    }

    private static Optional<Path> path(JsonObject json, String key) {
        return json.has(key) ? Optional.of(Path.of(json.string(key))) : Optional.empty();
    }

    private static <E extends Enum<E>> E constant(Class<E> type, JsonObject json, String key) {
        for (var constant : type.getEnumConstants()) {
            if (Words.of(constant).equals(json.string(key))) {
                return constant;
            }
        }
        throw json.error(key, "is not known to this version of mural");
    }

    static String write(Recipe recipe) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("mural", Version.text());
        json.put("prompt", recipe.prompt());
        json.put("negative", recipe.negative());
        json.put("true_cfg", recipe.trueCfg());
        json.put("width", recipe.width());
        json.put("height", recipe.height());
        json.put("steps", recipe.steps());
        json.put("seed", new BigInteger(Long.toUnsignedString(recipe.seed())));
        json.put("guidance", recipe.guidance().orElse(null));
        json.put("text_tokens", recipe.textTokens());
        json.put("noise_dtype", Words.of(recipe.noiseDtype()));
        json.put("vae", Words.of(recipe.vae()));
        json.put("model", model(recipe.model()));
        json.put("loras", recipe.loras().stream().map(RecipeJson::lora).toList());
        json.put("init_image", recipe.init().map(RecipeJson::init).orElse(null));
        json.put(
                "references",
                recipe.references().stream().map(RelativePath::text).toList());
        if (recipe.init().isPresent()
                || !recipe.references().isEmpty()
                || !recipe.edit().equals(Edit.NONE)) {
            json.put("edit", recipe.edit().toJson());
        }
        json.put("hierarchy", recipe.hierarchy().map(Hierarchy::toJson).orElse(null));
        json.put("device", recipe.device());
        json.put("gemm", recipe.gemm().map(Words::of).orElse(null));
        json.put("precision", Words.of(recipe.precision()));
        json.put("products", Words.of(recipe.products()));
        if (recipe.storage() != WeightStorage.USUAL) {
            json.put("storage", Words.of(recipe.storage()));
        }
        return Json.write(json);
    }

    private static Map<String, Object> model(ModelRef model) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", model.name());
        json.put("path", model.path().map(RecipeJson::written).orElse(null));
        json.put("base", model.base().map(RecipeJson::written).orElse(null));
        json.put("variant", model.variant().orElse(null));
        return json;
    }

    /** A file of a pulled model is named as on the hub: so it is found on another machine, and no home folder is told. */
    static String written(Path file) {
        return HubName.of(file).map(HubName::recorded).orElseGet(() -> RelativePath.text(file));
    }

    private static Map<String, Object> lora(LoraFile lora) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("path", written(lora.file()));
        json.put("scale", lora.scale());
        json.put("mode", Words.of(lora.mode()));
        return json;
    }

    private static Map<String, Object> init(InitImage init) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("path", RelativePath.text(init.file()));
        json.put("strength", init.strength());
        json.put("sha256", init.sha256());
        return json;
    }
}
