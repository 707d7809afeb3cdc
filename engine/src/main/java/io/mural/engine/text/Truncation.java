package io.mural.engine.text;

import io.mural.model.family.PictureModel;
import io.mural.model.token.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tells when a prompt is longer than the text encoders see. */
public record Truncation(PictureModel model, int textTokens) {
    private static final int SHOWN = 30;

    /** One line that names the encoders and how much of the prompt they use; empty when they see all of it. */
    public Optional<String> of(String prompt) {
        List<String> encoders = new ArrayList<>();
        for (var reader : model.textReaders(textTokens)) {
            add(encoders, reader.name(), reader.tokenizer(), prompt, reader.length());
        }
        return encoders.isEmpty()
                ? Optional.empty()
                : Optional.of("the prompt \"" + beginning(prompt) + "\" is too long: " + String.join(", ", encoders));
    }

    private static void add(List<String> encoders, String name, Tokenizer tokenizer, String prompt, int length) {
        if (tokenizer.encode(prompt, length).truncated()) {
            int tokens = tokenizer.pieces(prompt).size();
            int special = tokenizer.encode("", length).used();
            encoders.add(name + " uses the first " + (length - special) + " of its " + tokens + " tokens");
        }
    }

    private static String beginning(String prompt) {
        return prompt.codePointCount(0, prompt.length()) <= SHOWN
                ? prompt
                : prompt.substring(0, prompt.offsetByCodePoints(0, SHOWN)) + "...";
    }
}
