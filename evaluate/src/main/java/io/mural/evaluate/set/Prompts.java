package io.mural.evaluate.set;

import io.mural.model.image.PngFile;
import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Which picture belongs to which prompt: the one inside its file, else the line of the same number. */
final class Prompts {
    private static final String RECIPE = "mural";

    private Prompts() {}

    /** The prompt of every picture; {@code lines} may be empty where the pictures hold their own. */
    static List<String> of(List<Picture> pictures, List<String> lines) {
        var known = new HashSet<>(lines);
        List<String> prompts = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            var picture = pictures.get(i);
            var inside = inside(picture);
            if (inside.isPresent()) {
                if (!lines.isEmpty() && !known.contains(inside.get())) {
                    throw new InputException(picture.path() + " was made from the prompt \"" + inside.get()
                            + "\", which is none of those given");
                }
                prompts.add(inside.get());
            } else if (lines.size() == pictures.size()) {
                prompts.add(lines.get(i));
            } else {
                throw new InputException(picture.path() + " holds no prompt, and there are " + lines.size()
                        + " prompts for " + pictures.size() + " pictures; give one prompt a picture, in order of name");
            }
        }
        return prompts;
    }

    private static Optional<String> inside(Picture picture) {
        if (!picture.name().toLowerCase(Locale.ROOT).endsWith(".png")) {
            return Optional.empty();
        }
        return Optional.ofNullable(PngFile.texts(picture.path()).get(RECIPE))
                .map(text -> Json.parse(picture.path().toString(), text))
                .filter(recipe -> recipe.has("prompt"))
                .map(recipe -> recipe.string("prompt"));
    }
}
