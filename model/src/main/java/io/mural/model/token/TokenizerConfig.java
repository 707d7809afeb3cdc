package io.mural.model.token;

import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What {@code tokenizer_config.json} says; a folder without one takes the defaults of its kind of tokenizer. */
final class TokenizerConfig {
    /** Configurations without a bound write a number like 1e30. */
    private static final double LARGEST_LENGTH = 1 << 20;

    private final JsonObject json;

    private TokenizerConfig(JsonObject json) {
        this.json = json;
    }

    static TokenizerConfig load(Path folder) {
        var file = folder.resolve("tokenizer_config.json");
        return new TokenizerConfig(Files.exists(file) ? Json.read(file) : Json.parse(file.toString(), "{}"));
    }

    int maxLength(int absent) {
        double length = json.number("model_max_length", absent);
        if (length > LARGEST_LENGTH) {
            return absent;
        }
        if (length < 2) {
            throw json.error("model_max_length", "is " + length + ", expected at least 2");
        }
        return (int) length;
    }

    /** Tokens are masked from the end, so padding has to stand there. */
    void requireRightPadding() {
        if (!json.string("padding_side", "right").equals("right")) {
            throw json.error("padding_side", "is not supported; set it to \"right\"");
        }
    }

    /** The text of a special token: given as text, or as an object with a {@code content}. */
    String token(String key, String absent) {
        boolean isObject = json.asMap().get(key) instanceof Map<?, ?>;
        return isObject ? json.object(key).string("content") : json.string(key, absent);
    }

    RuntimeException unknownToken(String key, String token, String vocabulary) {
        String shown = token.replaceAll("\\p{Cntrl}", " ");
        return json.error(key, "is \"" + shown + "\", which " + vocabulary + " does not hold");
    }

    /** The entries of {@code added_tokens_decoder}. */
    List<AddedTokens.Token> added() {
        List<AddedTokens.Token> tokens = new ArrayList<>();
        if (json.has("added_tokens_decoder")) {
            var decoder = json.object("added_tokens_decoder");
            for (var key : decoder.keys()) {
                var entry = decoder.object(key);
                tokens.add(new AddedTokens.Token(
                        id(decoder, key),
                        entry.string("content"),
                        entry.bool("normalized", false),
                        entry.bool("single_word", false)));
            }
        }
        return tokens;
    }

    private static int id(JsonObject decoder, String key) {
        try {
            return Integer.parseUnsignedInt(key, 10);
        } catch (NumberFormatException e) {
            throw decoder.error(key, "is no token id, expected a whole number");
        }
    }
}
