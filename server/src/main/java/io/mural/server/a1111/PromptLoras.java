package io.mural.server.a1111;

import io.mural.server.http.Refusal;
import io.mural.server.jobs.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A prompt and the LoRAs that stood in it as {@code <lora:name:0.8>}.
 *
 * @param prompt without them
 */
record PromptLoras(String prompt, List<Style> loras) {
    private static final Pattern LORA = Pattern.compile("<lora:([^:<>]+)(?::([^<>]*))?>");

    static PromptLoras of(String text) {
        List<Style> loras = new ArrayList<>();
        var match = LORA.matcher(text);
        while (match.find()) {
            loras.add(new Style(match.group(1), match.group(2) == null ? 1 : scale(match.group(2))));
        }
        return new PromptLoras(LORA.matcher(text).replaceAll("").strip(), loras);
    }

    private static double scale(String text) {
        try {
            return Double.parseDouble(text.split(":", 2)[0]);
        } catch (NumberFormatException e) {
            throw new Refusal(
                    Refusal.Reason.INVALID_VALUE, "prompt", "the LoRA in the prompt has a scale that is no number");
        }
    }
}
