package io.mural.server.api;

import io.mural.Input;
import io.mural.server.http.BodyFields;
import io.mural.server.http.Limits;
import io.mural.server.http.Refusal;
import io.mural.server.jobs.Catalog;
import io.mural.server.jobs.Masks;
import io.mural.server.jobs.Style;
import io.mural.server.jobs.Uploads;
import io.mural.server.jobs.Wish;
import io.mural.weights.text.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A job as it is asked for: a recipe's JSON, fields left out where the model's own will do, pictures as data URLs.
 *
 * @param inputs pictures by their names in the wish
 */
record Asked(Wish wish, Map<String, Input> inputs) {
    private static final List<String> FIELDS =
            List.of("negative", "true_cfg", "width", "height", "seed", "guidance", "text_tokens", "noise_dtype", "vae");

    private static final List<String> LEVELS =
            List.of("window", "ratio", "halo", "skip_steps", "upsampler", "ntk_factor", "lora_scope");

    private static final List<String> PART = List.of("region", "extend", "feather");

    static Asked of(BodyFields fields, Catalog catalog, Limits limits) {
        var builder = Wish.of(model(fields, catalog));
        var prompt = fields.required("prompt");
        if (prompt.length() > limits.promptCharacters()) {
            throw new Refusal(
                    Refusal.Reason.INVALID_VALUE,
                    "prompt",
                    "prompt has " + prompt.length() + " characters, the most is " + limits.promptCharacters());
        }
        builder.put("prompt", prompt);
        builder.count(fields.whole("count", 1, limits.pictures()).orElse(1));
        FIELDS.forEach(name -> fields.read(name, json -> builder.set(name, json, name)));
        LEVELS.forEach(name -> fields.read(name, json -> builder.set(name, json, name)));
        fields.whole("steps", 1, limits.steps()).ifPresent(steps -> builder.put("steps", steps));
        fields.read("loras", json -> json.objects("loras"))
                .ifPresent(loras ->
                        loras.forEach(lora -> builder.lora(new Style(lora.string("name"), lora.number("scale", 1)))));
        var inputs = inputs(fields, builder, limits);
        fields.requireKnown();
        return new Asked(builder.build(), inputs);
    }

    private static String model(BodyFields fields, Catalog catalog) {
        // A recipe names the model in an object, a request by its name alone.
        return fields.read("model", Asked::modelName).map(catalog::require).orElseGet(catalog::usual);
    }

    private static String modelName(JsonObject json) {
        return json.asMap().get("model") instanceof Map<?, ?>
                ? json.object("model").string("name")
                : json.string("model");
    }

    /** What of the picture is painted. */
    private static void part(BodyFields fields, Wish.Builder builder, Map<String, Input> inputs, Limits limits) {
        PART.forEach(name -> fields.read(name, json -> builder.set(name, json, name)));
        fields.text("mask").ifPresent(url -> {
            inputs.put(Wish.MASK, Masks.white(Uploads.dataUrl("mask", url), false, limits));
            builder.mask(Wish.MASK);
        });
    }

    private static Map<String, Input> inputs(BodyFields fields, Wish.Builder builder, Limits limits) {
        Map<String, Input> inputs = new LinkedHashMap<>();
        Optional<String> start = fields.text("init_image");
        fields.read("strength", json -> builder.set("strength", json, "strength"));
        start.ifPresent(url -> {
            inputs.put("input-start", Input.of("input-start", Uploads.dataUrl("init_image", url)));
            builder.start("input-start");
        });
        if (fields.bool("enlarge").orElse(false)) {
            if (start.isEmpty()) {
                throw new Refusal(
                        Refusal.Reason.MISSING, "init_image", "init_image is missing; it is what enlarge makes larger");
            }
            builder.enlarged();
        }
        part(fields, builder, inputs, limits);
        var references =
                fields.read("references", json -> json.strings("references")).orElse(List.of());
        if (references.size() > limits.references()) {
            throw new Refusal(
                    Refusal.Reason.INVALID_VALUE,
                    "references",
                    "references are " + references.size() + ", the most is " + limits.references());
        }
        for (var url : references) {
            var name = "input-" + (inputs.size() + 1);
            inputs.put(name, Input.of(name, Uploads.dataUrl("references", url)));
            builder.reference(name);
        }
        Uploads.require(inputs, "references", limits);
        return inputs;
    }
}
