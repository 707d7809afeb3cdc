package io.mural.server.openai;

import io.mural.Input;
import io.mural.Size;
import io.mural.server.http.BodyFields;
import io.mural.server.http.Exchange;
import io.mural.server.http.Form;
import io.mural.server.http.Limits;
import io.mural.server.http.Refusal;
import io.mural.server.jobs.Masks;
import io.mural.server.jobs.Models;
import io.mural.server.jobs.Uploads;
import io.mural.server.jobs.Wish;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The body of an edit, a form or JSON.
 *
 * @param fields all but the pictures
 * @param pictures files, in order
 * @param mask a file that is transparent where the first picture is to be painted
 */
record Edit(BodyFields fields, List<byte[]> pictures, Optional<byte[]> mask) {
    private static final Set<String> WHOLE =
            Set.of("n", "output_compression", "partial_images", "seed", "steps", "skip_steps");
    private static final Set<String> NUMBERS = Set.of("guidance", "true_cfg", "strength");
    private static final int PIXELS = 16;
    private static final Set<String> PICTURES = Set.of("image", "image[]");

    static Edit read(Exchange exchange) {
        return exchange.mediaType().equals("application/json") ? of(exchange.json()) : of(Form.of(exchange));
    }

    static Edit of(JsonObject body) {
        var fields = new BodyFields(body);
        List<byte[]> pictures = new ArrayList<>();
        var mask = fields.read("mask", json -> picture("mask", json.object("mask")));
        fields.read("images", json -> json.objects("images"))
                .ifPresent(images -> images.forEach(image -> pictures.add(picture("images", image))));
        return new Edit(fields, pictures, mask);
    }

    private static byte[] picture(String field, JsonObject image) {
        if (!image.has("image_url")) {
            throw new Refusal(
                    Refusal.Reason.UNSUPPORTED,
                    field,
                    field + " takes image_url with a data URL; there are no stored files to name");
        }
        return Uploads.dataUrl(field, image.string("image_url"));
    }

    static Edit of(Form form) {
        Map<String, Object> json = new LinkedHashMap<>();
        form.texts().forEach((name, text) -> json.put(name, value(name, text)));
        List<byte[]> pictures = new ArrayList<>();
        Optional<byte[]> mask = Optional.empty();
        for (var file : form.files()) {
            if (file.field().equals("mask")) {
                if (mask.isPresent()) {
                    throw new Refusal(Refusal.Reason.MALFORMED, "mask", "mask occurs twice in the form");
                }
                mask = Optional.of(file.bytes());
                continue;
            }
            if (!PICTURES.contains(file.field())) {
                throw new Refusal(
                        Refusal.Reason.UNKNOWN, file.field(), "the field " + file.field() + " is not known here");
            }
            pictures.add(file.bytes());
        }
        return new Edit(new BodyFields(Json.parse("the body", Json.write(json))), pictures, mask);
    }

    /** Forms have texts only; those that should be numbers become them, and stay texts where they are none. */
    private static Object value(String name, String text) {
        if (WHOLE.contains(name) && text.matches("-?\\d{1,18}")) {
            return Long.parseLong(text);
        }
        if (NUMBERS.contains(name) && text.matches("-?\\d{1,18}(\\.\\d{1,18})?")) {
            return Double.parseDouble(text);
        }
        return name.equals("stream") && text.matches("true|false") ? Boolean.valueOf(text) : text;
    }

    /** Gives the pictures to a wish, as its model uses them; what they are by their names in the wish. */
    Map<String, Input> place(Wish.Builder builder, Models.About model, Limits limits) {
        if (pictures.isEmpty()) {
            throw new Refusal(Refusal.Reason.MISSING, "image", "image is missing");
        }
        if (!model.references() && pictures.size() > 1) {
            throw new Refusal(
                    Refusal.Reason.INVALID_VALUE,
                    "image",
                    "this model changes one picture, " + pictures.size() + " were sent");
        }
        if (pictures.size() > limits.references()) {
            throw new Refusal(
                    Refusal.Reason.INVALID_VALUE,
                    "image",
                    pictures.size() + " pictures were sent, the most is " + limits.references());
        }
        Map<String, Input> inputs = new LinkedHashMap<>();
        for (var picture : pictures) {
            var name = "input-" + (inputs.size() + 1);
            inputs.put(name, Input.of(name, picture));
            // What is painted in is the first one, whatever the model makes of the others.
            if (model.references() && (mask.isEmpty() || inputs.size() > 1)) {
                builder.reference(name);
            } else {
                builder.start(name);
            }
        }
        Uploads.require(inputs, "image", limits);
        var first = Uploads.size("image", inputs.values().iterator().next());
        mask.ifPresent(file -> {
            inputs.put(Wish.MASK, Masks.transparent(file, first, limits));
            builder.mask(Wish.MASK);
        });
        if (mask.isEmpty() && model.references()) {
            size(builder, first, model);
        }
        return inputs;
    }

    /** Of a picture that is painted in, the size stays as it is: one that says so adds nothing. */
    void requireOwnSize() {
        if (mask.isEmpty()) {
            return;
        }
        var own = Uploads.size("image", Input.of("image", pictures.getFirst()));
        fields.text("size")
                .filter(size -> !size.equals("auto") && !size.equals(own.toString()))
                .ifPresent(size -> {
                    throw new Refusal(
                            Refusal.Reason.INVALID_VALUE,
                            "size",
                            "size is " + size + ", but a picture that is painted in keeps its " + own
                                    + "; leave size out");
                });
    }

    /** The first picture's, made smaller to the model's area, as of one to start from; the request may say another. */
    private static void size(Wish.Builder builder, Size size, Models.About model) {
        double area = (double) model.width() * model.height();
        double scale = Math.min(1, Math.sqrt(area / size.width() / size.height()));
        builder.put("width", multiple(size.width() * scale)).put("height", multiple(size.height() * scale));
    }

    private static int multiple(double pixels) {
        // A hair more, so that a side which is a multiple but for rounding stays as it is.
        return Math.max(PIXELS, (int) (pixels * (1 + 1e-9)) / PIXELS * PIXELS);
    }
}
