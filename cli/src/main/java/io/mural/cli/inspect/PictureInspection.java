package io.mural.cli.inspect;

import io.mural.Recipe;
import io.mural.model.image.PngFile;
import io.mural.weights.text.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A PNG picture.
 *
 * @param bits of a channel
 * @param texts beside the picture, by their keywords
 */
record PictureInspection(Path file, int width, int height, int bits, Map<String, String> texts) implements Inspection {
    private static final String RECIPE = "mural";
    private static final int LONGEST_TEXT = 2000;

    static PictureInspection of(Path file) {
        var contents = PngFile.contents(file);
        return new PictureInspection(file, contents.width(), contents.height(), contents.bits(), contents.texts());
    }

    private Map<String, Object> recipe() {
        return Json.parse(file + ": its recipe", texts.get(RECIPE)).asMap();
    }

    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        boolean ours = texts.containsKey(RECIPE);
        lines.add(file + ": a PNG picture, " + width + "x" + height + ", "
                + (bits == Short.SIZE ? "16 bits a channel, " : "")
                + (ours
                        ? "made by mural; --from repeats it"
                        : texts.containsKey(Recipe.keyword(1, 1))
                                ? "a contact sheet by mural; --from with --cell repeats a picture of it"
                                : "not made by mural"));
        if (ours) {
            recipe().forEach((key, value) -> lines.add(String.format("  %-16s %s", key, shortened(shown(value)))));
        } else {
            texts.forEach((key, text) -> lines.add(String.format("  %-16s %s", key, shortened(text))));
        }
        return lines;
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_TEXT
                ? text
                : text.substring(0, LONGEST_TEXT) + "... (" + text.length() + " characters)";
    }

    private static String shown(Object value) {
        return switch (value) {
            case null -> "none";
            case String text -> text;
            case Map<?, ?> map -> Json.write(map);
            case List<?> list -> list.isEmpty() ? "none" : Json.write(list);
            default -> value.toString();
        };
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kind", "picture");
        json.put("path", file.toString());
        json.put("width", width);
        json.put("height", height);
        json.put("bits", bits);
        if (texts.containsKey(RECIPE)) {
            json.put("recipe", recipe());
        }
        json.put("texts", texts);
        return json;
    }
}
