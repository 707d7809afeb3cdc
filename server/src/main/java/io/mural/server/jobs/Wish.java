package io.mural.server.jobs;

import io.mural.Input;
import io.mural.NoiseDtype;
import io.mural.Request;
import io.mural.Vae;
import io.mural.model.edit.Margins;
import io.mural.model.edit.Region;
import io.mural.model.request.HierarchicalLora;
import io.mural.model.request.HierarchicalSettings.Upsampler;
import io.mural.server.http.Refusal;
import io.mural.weights.text.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a job is asked to make, as it stands in its JSON: names instead of paths, what is not set left out.
 *
 * @param model its name
 * @param count pictures, with seeds S, S+1, ...
 * @param fields by the names of recipes
 * @param start name of the picture it starts from
 * @param enlarged whether that picture is kept and guides a larger one
 * @param mask name of the picture whose white is painted anew
 * @param references names of the pictures it is made after
 */
public record Wish(
        String model,
        List<Style> loras,
        int count,
        Map<String, Object> fields,
        Optional<String> start,
        boolean enlarged,
        Optional<String> mask,
        List<String> references) {

    /** What the mask of a wish is called. */
    public static final String MASK = "input-mask";

    private static final Set<String> WHOLE =
            Set.of("width", "height", "steps", "text_tokens", "window", "ratio", "halo", "skip_steps", "feather");
    private static final Set<String> NUMBERS = Set.of("true_cfg", "guidance", "strength", "ntk_factor");
    private static final Set<String> TEXTS =
            Set.of("prompt", "negative", "noise_dtype", "vae", "upsampler", "lora_scope", "region", "extend");

    public Wish {
        loras = List.copyOf(loras);
        fields = Map.copyOf(fields);
        references = List.copyOf(references);
    }

    /** Whether a job's JSON has a field of this name that {@link Builder#set} takes. */
    public static boolean isField(String name) {
        return WHOLE.contains(name) || NUMBERS.contains(name) || TEXTS.contains(name) || name.equals("seed");
    }

    public static Builder of(String model) {
        return new Builder(model);
    }

    /** Collects a wish. */
    public static final class Builder {
        private final String model;
        private final List<Style> loras = new ArrayList<>();
        private int count = 1;
        private final Map<String, Object> fields = new LinkedHashMap<>();
        private String start;
        private boolean enlarged;
        private String mask;
        private final List<String> references = new ArrayList<>();

        private Builder(String model) {
            this.model = model;
        }

        /**
         * Takes a field of a JSON object, checked for its type.
         *
         * @param name as recipes have it
         * @param key as the object has it
         */
        public Builder set(String name, JsonObject json, String key) {
            if (!json.has(key)) {
                return this;
            }
            if (WHOLE.contains(name)) {
                fields.put(name, json.integer(key));
            } else if (NUMBERS.contains(name)) {
                fields.put(name, json.number(key));
            } else if (name.equals("seed")) {
                fields.put(name, json.longInteger(key));
            } else {
                fields.put(name, json.string(key));
            }
            return this;
        }

        public Builder put(String name, Object value) {
            fields.put(name, value);
            return this;
        }

        public Builder lora(Style lora) {
            loras.add(lora);
            return this;
        }

        public Builder count(int pictures) {
            count = pictures;
            return this;
        }

        public Builder start(String input) {
            start = input;
            return this;
        }

        public Builder enlarged() {
            enlarged = true;
            return this;
        }

        public Builder mask(String input) {
            mask = input;
            return this;
        }

        public Builder reference(String input) {
            references.add(input);
            return this;
        }

        public Wish build() {
            return new Wish(
                    model,
                    loras,
                    count,
                    fields,
                    Optional.ofNullable(start),
                    enlarged,
                    Optional.ofNullable(mask),
                    references);
        }
    }

    /** The same with a seed. */
    public Wish seeded(long seed) {
        Map<String, Object> all = new LinkedHashMap<>(fields);
        all.put("seed", seed);
        return new Wish(model, loras, count, all, start, enlarged, mask, references);
    }

    public Optional<Long> seed() {
        return Optional.ofNullable((Long) fields.get("seed"));
    }

    public Optional<String> prompt() {
        return Optional.ofNullable((String) fields.get("prompt"));
    }

    /** Names of all pictures it is made from. */
    public List<String> inputs() {
        List<String> names = new ArrayList<>(references);
        start.ifPresent(names::add);
        mask.ifPresent(names::add);
        return names;
    }

    /** Whether a part of a picture is painted. */
    private boolean paintsPart() {
        return mask.isPresent() || fields.containsKey("region") || fields.containsKey("extend");
    }

    /** @param pictures an input by its name */
    public Request request(Function<String, Input> pictures) {
        var builder = Request.of(prompt().orElse(""));
        text("negative", builder::negative);
        number("true_cfg", builder::trueCfg);
        number("guidance", builder::guidance);
        whole("steps", builder::steps);
        whole("text_tokens", builder::textTokens);
        seed().ifPresent(builder::seed);
        if (fields.containsKey("width") || fields.containsKey("height")) {
            builder.size(side("width"), side("height"));
        }
        text("noise_dtype", name -> builder.noise(constant(NoiseDtype.class, "noise_dtype", name)));
        text("vae", name -> builder.vae(constant(Vae.class, "vae", name)));
        number("strength", builder::strength);
        start.map(pictures).ifPresent(paintsPart() ? builder::change : enlarged ? builder::enlarge : builder::start);
        references.forEach(name -> builder.reference(pictures.apply(name)));
        part(builder, pictures);
        levels(builder);
        return builder.build();
    }

    private void part(Request.Builder builder, Function<String, Input> pictures) {
        mask.map(pictures).ifPresent(builder::mask);
        text("region", text -> builder.region(Region.of(text)));
        text("extend", text -> builder.extend(Margins.of(text)));
        whole("feather", builder::feather);
    }

    private void levels(Request.Builder builder) {
        whole("window", builder::window);
        whole("ratio", builder::ratio);
        whole("halo", builder::halo);
        whole("skip_steps", builder::skipSteps);
        number("ntk_factor", builder::ntk);
        text("upsampler", name -> builder.upsampler(constant(Upsampler.class, "upsampler", name)));
        text("lora_scope", name -> builder.loraScope(constant(HierarchicalLora.Scope.class, "lora_scope", name)));
    }

    private int side(String name) {
        if (fields.get(name) instanceof Integer side) {
            return side;
        }
        throw new Refusal(Refusal.Reason.MISSING, name, name + " is missing; width and height go together");
    }

    private void whole(String name, Consumer<Integer> setter) {
        if (fields.get(name) instanceof Integer value) {
            setter.accept(value);
        }
    }

    private void number(String name, Consumer<Double> setter) {
        if (fields.get(name) instanceof Double value) {
            setter.accept(value);
        }
    }

    private void text(String name, Consumer<String> setter) {
        if (fields.get(name) instanceof String value) {
            setter.accept(value);
        }
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String field, String name) {
        List<String> names = new ArrayList<>();
        for (var constant : type.getEnumConstants()) {
            var word = constant.name().toLowerCase(Locale.ROOT);
            if (word.equals(name)) {
                return constant;
            }
            names.add(word);
        }
        throw new Refusal(Refusal.Reason.INVALID_VALUE, field, field + " is none of " + String.join(", ", names));
    }

    /** As it stands in a job's JSON; {@link #read} takes it back. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("prompt", prompt().orElse(null));
        json.put("model", model);
        json.put("count", count);
        fields.keySet().stream()
                .filter(key -> !key.equals("prompt"))
                .sorted()
                .forEach(key -> json.put(key, fields.get(key)));
        json.put(
                "loras",
                loras.stream()
                        .map(lora -> Map.<String, Object>of("name", lora.name(), "scale", lora.scale()))
                        .toList());
        start.ifPresent(name -> json.put("init_image", name));
        if (enlarged) {
            json.put("enlarge", true);
        }
        mask.ifPresent(name -> json.put("mask", name));
        json.put("references", references);
        return json;
    }

    /** A wish as {@link #toJson} has it. */
    static Wish read(JsonObject json) {
        var builder = of(json.string("model")).count(json.integer("count"));
        json.keys().stream().filter(Wish::isField).forEach(key -> builder.set(key, json, key));
        json.objects("loras", List.of())
                .forEach(lora -> builder.lora(new Style(lora.string("name"), lora.number("scale"))));
        if (json.has("init_image")) {
            builder.start(json.string("init_image"));
        }
        if (json.bool("enlarge", false)) {
            builder.enlarged();
        }
        if (json.has("mask")) {
            builder.mask(json.string("mask"));
        }
        json.strings("references", List.of()).forEach(builder::reference);
        return builder.build();
    }
}
