package io.mural.model.token;

import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** Texts that tokenizers get wrong, and texts made to take long. */
final class Strings {
    private static final int LONG = 100_000;

    private Strings() {}

    /** The cases of {@code strings.json} under {@code key}, with the ids of the reference implementations. */
    static List<JsonObject> read(String key) throws Exception {
        try (var in = Strings.class.getResourceAsStream("strings.json")) {
            return Json.parse("strings.json", new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .objects(key);
        }
    }

    static Stream<Named<String>> hostile() {
        var random = new Random(1);
        var letters = new StringBuilder();
        var scripts = new StringBuilder();
        var marks = new StringBuilder("a");
        while (letters.length() < LONG) {
            letters.append((char) ('a' + random.nextInt(26)));
            scripts.appendCodePoint(random.nextInt(Character.MAX_CODE_POINT + 1));
            marks.append("\u0301\u0323\u0327\u0345\u031b\u0338\u05b0\u0591".charAt(random.nextInt(8)));
        }
        return Map.ofEntries(
                        Map.entry("one letter", "a".repeat(LONG)),
                        Map.entry("two letters", "ab".repeat(LONG / 2)),
                        Map.entry("letters without a space", letters.toString()),
                        Map.entry("all scripts and lone surrogates", scripts.toString()),
                        Map.entry("marks without a letter", marks.toString()),
                        Map.entry("rising marks", "a" + "\u0301".repeat(LONG / 2) + "\u0323".repeat(LONG / 2)),
                        Map.entry("joined emoji", "\ud83d\udc69\u200d\ud83d\ude80".repeat(LONG / 5)),
                        Map.entry("spaces", " ".repeat(LONG)),
                        Map.entry("escaped spaces", "\u2581".repeat(LONG)),
                        Map.entry("apostrophes", "'".repeat(LONG)),
                        Map.entry("beginnings of tokens", "<|".repeat(LONG / 2)),
                        Map.entry("end tokens", "<|endoftext|></s>".repeat(LONG / 17)),
                        Map.entry("one character that becomes many", "\ufdfa".repeat(LONG)),
                        Map.entry("lone surrogates", "\ud800".repeat(LONG)),
                        Map.entry("syllables in parts", "\u1112\u1161\u11ab".repeat(LONG / 3)))
                .entrySet()
                .stream()
                .map(entry -> Named.of(entry.getKey(), entry.getValue()));
    }
}
