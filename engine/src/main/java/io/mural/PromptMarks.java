package io.mural;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.util.regex.Pattern;

/** Marks of other programs in prompts. mural has no such thing, and taken as words they would spoil the picture in silence. */
final class PromptMarks {
    /** Behind a digit the colon is of a time, a ratio or a verse. */
    private static final Pattern WEIGHT = Pattern.compile("\\([^()]*[^()\\d\\s]\\s*:\\s*[-+]?\\d*\\.?\\d+\\s*\\)");

    private static final Pattern LORA = Pattern.compile("<(lora|lyco|hypernet):[^<>]*>");

    private PromptMarks() {}

    /** @param field what the text is, {@code prompt} or {@code negative} */
    static String none(String field, String text) {
        var weight = WEIGHT.matcher(text);
        if (weight.find()) {
            throw InputException.about(
                    field,
                    "`" + field + "` has the weight " + Shown.quoted(weight.group())
                            + ", which the models' text encoders do not know; say in words what matters");
        }
        var lora = LORA.matcher(text);
        if (lora.find()) {
            throw InputException.about(
                    field, "`" + field + "` names " + Shown.quoted(lora.group()) + "; name its file with `lora`");
        }
        return text;
    }
}
