package io.mural.server.openai;

import io.mural.Size;
import io.mural.server.http.BodyFields;
import io.mural.server.http.Exchange;
import io.mural.server.http.Form;
import io.mural.server.http.Limits;
import io.mural.server.http.Refusal;
import io.mural.server.jobs.Models;
import io.mural.server.jobs.Uploads;
import io.mural.server.jobs.Wish;
import io.mural.weights.text.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The body of an edit, a form or JSON.
 *
 * @param fields all but the pictures
 * @param pictures files, in order
 */
record Edit(BodyFields fields, List<byte[]> pictures) {
    private static final Set<String> WHOLE =
            Set.of("n", "output_compression", "partial_images", "seed", "steps", "skip_steps");
    private static final Set<String> NUMBERS = Set.of("guidance", "true_cfg", "strength");
    private static final int PIXELS = 16;
    private static final Set<String> PICTURES = Set.of("image", "image[]");

    static Edit read(Exchange exchange) {
        return exchange.mediaType().equals("application/json") ? ofJson(exchange) : ofForm(Form.of(exchange));
    }

    private static Edit ofJson(Exchange exchange) {
        var fields = new BodyFields(exchange.json());
        List<byte[]> pictures = new ArrayList<>();
        fields.read("mask", json -> {
            throw noMask();
        });
        fields.read("images", json -> json.objects("images"))
                .ifPresent(images -> images.forEach(image -> {
                    if (!image.has("image_url")) {
                        throw new Refusal(
                                Refusal.Reason.UNSUPPORTED,
                                "images",
                                "images take image_url with a data URL; there are no stored files to name");
                    }
                    pictures.add(Uploads.dataUrl("images", image.string("image_url")));
                }));
        return new Edit(fields, pictures);
    }

    private static Edit ofForm(Form form) {
        Map<String, Object> json = new LinkedHashMap<>();
        form.texts().forEach((name, text) -> json.put(name, value(name, text)));
        List<byte[]> pictures = new ArrayList<>();
        for (var file : form.files()) {
            if (file.field().equals("mask")) {
                throw noMask();
            }
            if (!PICTURES.contains(file.field())) {
                throw new Refusal(
                        Refusal.Reason.UNKNOWN, file.field(), "the field " + file.field() + " is not known here");
            }
            pictures.add(file.bytes());
        }
        return new Edit(new BodyFields(Json.parse("the body", Json.write(json))), pictures);
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

    private static Refusal noMask() {
        return new Refusal(
                Refusal.Reason.UNSUPPORTED,
                "mask",
                "masks are not supported; leave mask out to change the whole picture");
    }

    /** Gives the pictures to a wish, as its model uses them; what they are by their names in the wish. */
    Map<String, byte[]> place(Wish.Builder builder, Models.About model, Limits limits) {
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
        Map<String, byte[]> inputs = new LinkedHashMap<>();
        for (var picture : pictures) {
            var name = "input-" + (inputs.size() + 1);
            inputs.put(name, picture);
            if (model.references()) {
                builder.reference(name);
            } else {
                builder.start(name);
            }
        }
        Uploads.require(inputs, "image", limits);
        if (model.references()) {
            size(builder, Uploads.size("image", pictures.getFirst()), model);
        }
        return inputs;
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
