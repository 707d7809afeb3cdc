package io.mural.model.token;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * SentencePiece's character map as Hugging Face's tokenizers apply it: to each unit a reader sees as one character where
 * it is short, and else to its characters. A unit that begins with something of the map is replaced whole.
 */
record GraphemeMap(Charsmap map) implements UnaryOperator<String> {
    private static final Pattern GRAPHEME = Pattern.compile("\\X");
    /** In bytes. */
    private static final int SHORT = 6;

    @Override
    public String apply(String text) {
        var out = new ByteArrayOutputStream(text.length());
        Matcher graphemes = GRAPHEME.matcher(text);
        while (graphemes.find()) {
            var grapheme = Texts.utf8(graphemes.group());
            if (grapheme.length < SHORT && write(grapheme, out)) {
                continue;
            }
            for (int at = 0; at < grapheme.length; ) {
                int length = Texts.characterLength(grapheme, at);
                var character = Arrays.copyOfRange(grapheme, at, at + length);
                if (!write(character, out)) {
                    out.writeBytes(character);
                }
                at += length;
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Writes what becomes of a unit; false where the map does not speak of it. */
    private boolean write(byte[] unit, ByteArrayOutputStream out) {
        var replacement = map.shortest(unit, 0);
        if (replacement == null) {
            return false;
        }
        out.write(replacement.bytes(), replacement.from(), replacement.to() - replacement.from());
        return true;
    }
}
