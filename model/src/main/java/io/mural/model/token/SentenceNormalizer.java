package io.mural.model.token;

import io.mural.model.token.Charsmap.Replacement;
import io.mural.model.token.sentencepiece.NormalizerSpec;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * How SentencePiece writes a text before it looks for pieces: characters by the model's own map (user-defined symbols
 * stay as they are), spaces as U+2581, and by the model's flags without spaces at the ends or several in a row and with
 * one before the first word (or after the last).
 */
final class SentenceNormalizer {
    private static final byte[] ESCAPED_SPACE = "\u2581".getBytes(StandardCharsets.UTF_8);
    private static final byte[] PLAIN_SPACE = {' '};

    private final NormalizerSpec spec;
    private final Charsmap charsmap;
    private final ByteTrie userDefined;
    private final boolean spaceAfterWords;
    private final byte[] space;

    SentenceNormalizer(NormalizerSpec spec, Charsmap charsmap, ByteTrie userDefined, boolean spaceAfterWords) {
        this.spec = spec;
        this.charsmap = charsmap;
        this.userDefined = userDefined;
        this.spaceAfterWords = spaceAfterWords;
        space = spec.getEscapeWhitespaces() ? ESCAPED_SPACE : PLAIN_SPACE;
    }

    /** From UTF-8 to UTF-8. */
    byte[] normalize(byte[] text) {
        boolean tidy = spec.getRemoveExtraWhitespaces();
        int at = tidy ? firstOtherThanSpace(text) : 0;
        if (at == text.length) {
            return new byte[0];
        }
        var out = new ByteArrayOutputStream(text.length + 2 * space.length);
        if (spec.getAddDummyPrefix() && !spaceAfterWords) {
            out.writeBytes(space);
        }
        boolean afterSpace = tidy;
        while (at < text.length) {
            var replacement = replacement(text, at);
            int from = replacement.from();
            while (afterSpace && from < replacement.to() && replacement.bytes()[from] == ' ') {
                from++;
            }
            if (from < replacement.to()) {
                write(replacement.bytes(), from, replacement.to(), out);
                afterSpace = tidy && replacement.bytes()[replacement.to() - 1] == ' ';
            }
            at += replacement.length();
        }
        return finish(out.toByteArray(), tidy);
    }

    private int firstOtherThanSpace(byte[] text) {
        int at = 0;
        while (at < text.length) {
            var replacement = replacement(text, at);
            boolean isSpace =
                    replacement.to() == replacement.from() + 1 && replacement.bytes()[replacement.from()] == ' ';
            if (!isSpace) {
                break;
            }
            at += replacement.length();
        }
        return at;
    }

    /** What becomes of the first characters at a place: a symbol or a character may also stay as it is. */
    private Replacement replacement(byte[] text, int at) {
        int symbol = userDefined.longest(text, at);
        if (symbol > 0) {
            return new Replacement(symbol, text, at, at + symbol);
        }
        var mapped = charsmap.longest(text, at);
        if (mapped != null) {
            return mapped;
        }
        int length = Texts.characterLength(text, at);
        return new Replacement(length, text, at, at + length);
    }

    private void write(byte[] bytes, int from, int to, ByteArrayOutputStream out) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == ' ') {
                out.writeBytes(space);
            } else {
                out.write(bytes[i]);
            }
        }
    }

    private byte[] finish(byte[] normalized, boolean tidy) {
        int length = normalized.length;
        while (tidy
                && length >= space.length
                && Arrays.equals(normalized, length - space.length, length, space, 0, space.length)) {
            length -= space.length;
        }
        if (!spec.getAddDummyPrefix() || !spaceAfterWords) {
            return Arrays.copyOf(normalized, length);
        }
        var withSpace = Arrays.copyOf(normalized, length + space.length);
        System.arraycopy(space, 0, withSpace, length, space.length);
        return withSpace;
    }
}
