package io.mural.model.parity;

import io.mural.model.token.ClipTokenizer;
import io.mural.model.token.QwenTokenizer;
import io.mural.model.token.T5Tokenizer;
import io.mural.model.token.Tokenizer;
import io.mural.model.token.UmT5Tokenizer;
import io.mural.weights.text.JsonObject;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The cases of {@code tokenizers.json}: lists of texts with their ids, one list a tokenizer. */
final class TokenizerCases {
    private TokenizerCases() {}

    /** What became of a list: how many of the texts differ, and the first that does. */
    record Judged(int texts, int wrong, String detail) {}

    static Judged clip(Path root, List<JsonObject> entries) {
        var tokenizer = ClipTokenizer.load(root.resolve("flux1-tiny/tokenizer"));
        return judge(entries, entry -> {
            int[] padded = entry.integers("ids");
            boolean same = Arrays.equals(
                    tokenizer.encode(entry.string("text"), padded.length).ids(), padded);
            return same && rawMatches(tokenizer.pieces(entry.string("text")), entry);
        });
    }

    static Judged t5(Path root, List<JsonObject> entries) {
        var tokenizer = T5Tokenizer.load(root.resolve("flux1-tiny/tokenizer_2"));
        return judge(entries, entry -> {
            // The cases are SentencePiece's own: tokens that a configuration lists are plain text to it.
            var pieces = tokenizer.sentencePieces(entry.string("text"));
            var texts = pieces.stream().map(Tokenizer.Piece::text).toList();
            return rawMatches(pieces, entry) && texts.equals(entry.strings("pieces"));
        });
    }

    static Judged qwen(Path root, List<JsonObject> entries) {
        var tokenizer = QwenTokenizer.load(root.resolve("flux2-tiny/tokenizer"));
        return judge(entries, entry -> {
            int[] padded = entry.integers("prompt_ids");
            var tokens = tokenizer.encode(entry.string("text"), padded.length);
            int unmasked = Arrays.stream(entry.integers("attention_mask")).sum();
            return Arrays.equals(tokens.ids(), padded)
                    && tokens.used() == unmasked
                    && rawMatches(tokenizer.pieces(entry.string("text")), entry);
        });
    }

    static Judged umT5(Path root, List<JsonObject> entries) {
        var tokenizer = UmT5Tokenizer.load(root.resolve("wan-tiny/tokenizer"));
        return judge(entries, entry -> {
            int[] padded = entry.integers("ids");
            var tokens = tokenizer.encode(entry.string("text"), padded.length);
            return UmT5Tokenizer.clean(entry.string("text")).equals(entry.string("cleaned"))
                    && Arrays.equals(tokens.ids(), padded)
                    && tokens.used()
                            == Arrays.stream(entry.integers("attention_mask")).sum()
                    && rawMatches(tokenizer.pieces(entry.string("text")), entry);
        });
    }

    private static boolean rawMatches(List<Tokenizer.Piece> pieces, JsonObject entry) {
        int[] ids = pieces.stream().mapToInt(Tokenizer.Piece::id).toArray();
        return Arrays.equals(ids, entry.integers("raw_ids"));
    }

    private static Judged judge(List<JsonObject> entries, java.util.function.Predicate<JsonObject> right) {
        int wrong = 0;
        String first = "";
        for (var entry : entries) {
            if (!right.test(entry)) {
                first = wrong == 0 ? "first wrong text: " + shorten(entry.string("text")) : first;
                wrong++;
            }
        }
        return new Judged(entries.size(), wrong, entries.size() + " texts" + (first.isEmpty() ? "" : ", " + first));
    }

    private static String shorten(String text) {
        int length = text.offsetByCodePoints(0, Math.min(40, text.codePointCount(0, text.length())));
        return '"' + text.substring(0, length).replaceAll("\\p{Cntrl}", " ") + '"';
    }
}
