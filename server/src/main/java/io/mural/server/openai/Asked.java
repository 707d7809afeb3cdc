package io.mural.server.openai;

import io.mural.Format;
import io.mural.server.http.BodyFields;
import io.mural.server.http.Limits;
import io.mural.server.http.Refusal;
import io.mural.server.jobs.Catalog;
import io.mural.server.jobs.Style;
import io.mural.server.jobs.Wish;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A request of OpenAI's image routes, understood.
 *
 * @param link whether addresses are asked for instead of the pictures themselves
 * @param partials previews of each picture
 */
record Asked(Wish wish, Format format, boolean link, boolean stream, int partials) {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,6})x(\\d{1,6})");

    /** Models that clients name because they know no other. */
    private static final Pattern VENDOR = Pattern.compile("(dall-e|gpt-image|chatgpt-image)-.*");

    private static final Map<String, String> EXTENSIONS = Map.of(
            "seed", "seed",
            "steps", "steps",
            "guidance", "guidance",
            "true_cfg", "true_cfg",
            "negative_prompt", "negative",
            "strength", "strength",
            "vae", "vae",
            "upscaler", "upsampler",
            "skip_steps", "skip_steps");

    /** Beside a mask. */
    private static final String FEATHER = "feather";

    /** What clients send and what has no effect here. */
    private static final List<String> IGNORED = List.of("quality", "style", "moderation", "user", "input_fidelity");

    /** The model that a name stands for. */
    static String model(Optional<String> name, Catalog catalog) {
        return name.filter(each -> catalog.has(each) || !VENDOR.matcher(each).matches())
                .map(catalog::require)
                .orElseGet(catalog::usual);
    }

    /**
     * Reads all fields but those of pictures.
     *
     * @param builder may have pictures already
     * @param sized whether the size is the request's to say
     */
    static Asked of(BodyFields fields, Wish.Builder builder, Limits limits, boolean sized) {
        builder.put("prompt", prompt(fields, limits));
        builder.count(fields.whole("n", 1, limits.pictures()).orElse(1));
        if (sized) {
            size(fields, builder);
        }
        EXTENSIONS.forEach((key, name) -> fields.read(key, json -> builder.set(name, json, key)));
        fields.whole("steps", 1, limits.steps());
        fields.read(FEATHER, json -> builder.set(FEATHER, json, FEATHER));
        fields.read("loras", json -> json.objects("loras"))
                .ifPresent(loras ->
                        loras.forEach(lora -> builder.lora(new Style(lora.string("name"), lora.number("scale", 1)))));
        opaque(fields);
        IGNORED.forEach(fields::ignore);
        boolean link = link(fields);
        boolean stream = fields.bool("stream").orElse(false);
        int partials = fields.whole("partial_images", 0, 3).orElse(0);
        if (partials > 0 && !stream) {
            throw new Refusal(Refusal.Reason.INVALID_VALUE, "partial_images", "partial_images needs stream to be true");
        }
        if (stream && link) {
            throw new Refusal(
                    Refusal.Reason.INVALID_VALUE, "response_format", "a stream holds pictures, not addresses of them");
        }
        var format = format(fields);
        fields.requireKnown();
        return new Asked(builder.build(), format, link, stream, partials);
    }

    private static String prompt(BodyFields fields, Limits limits) {
        var prompt = fields.required("prompt");
        if (prompt.length() > limits.promptCharacters()) {
            throw new Refusal(
                    Refusal.Reason.INVALID_VALUE,
                    "prompt",
                    "prompt has " + prompt.length() + " characters, the most is " + limits.promptCharacters());
        }
        return prompt;
    }

    private static void size(BodyFields fields, Wish.Builder builder) {
        fields.text("size").filter(size -> !size.equals("auto")).ifPresent(size -> {
            var sides = SIZE.matcher(size);
            if (!sides.matches()) {
                throw new Refusal(
                        Refusal.Reason.INVALID_VALUE, "size", "size is neither auto nor WIDTHxHEIGHT such as 1024x768");
            }
            builder.put("width", Integer.parseInt(sides.group(1)));
            builder.put("height", Integer.parseInt(sides.group(2)));
        });
    }

    private static void opaque(BodyFields fields) {
        fields.text("background")
                .filter(each -> !each.equals("auto") && !each.equals("opaque"))
                .ifPresent(each -> {
                    throw new Refusal(
                            Refusal.Reason.UNSUPPORTED,
                            "background",
                            "pictures are opaque; leave background out, or send opaque");
                });
    }

    private static boolean link(BodyFields fields) {
        var wanted = fields.text("response_format").orElse("b64_json");
        return switch (wanted) {
            case "b64_json" -> false;
            case "url" -> true;
            default ->
                throw new Refusal(
                        Refusal.Reason.INVALID_VALUE, "response_format", "response_format is neither b64_json nor url");
        };
    }

    private static Format format(BodyFields fields) {
        var name = fields.text("output_format").orElse("png");
        int quality = fields.whole("output_compression", 0, 100).orElse(100);
        return switch (name) {
            case "png" -> {
                if (quality != 100) {
                    throw new Refusal(
                            Refusal.Reason.UNSUPPORTED,
                            "output_compression",
                            "output_compression has no effect on png; send output_format jpeg with it");
                }
                yield Format.png();
            }
            case "jpeg" -> Format.jpeg(Math.max(1, quality));
            case "webp" ->
                throw new Refusal(
                        Refusal.Reason.UNSUPPORTED, "output_format", "webp is not built in; choose png or jpeg");
            default ->
                throw new Refusal(
                        Refusal.Reason.INVALID_VALUE, "output_format", "output_format is neither png nor jpeg");
        };
    }
}
