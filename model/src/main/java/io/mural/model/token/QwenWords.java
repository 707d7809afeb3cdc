package io.mural.model.token;

/**
 * Cuts a text into the words that Qwen2 encodes one by one, by hand and in linear time, as its pattern does:
 *
 * <pre>
 * (?i:'s|'t|'re|'ve|'m|'ll|'d) | [^\r\n\p{L}\p{N}]?\p{L}+ | \p{N} | ?[^\s\p{L}\p{N}]+[\r\n]* | \s*[\r\n]+ | \s+(?!\S) | \s+
 * </pre>
 *
 * The first alternative that fits decides; together they cover every text.
 */
final class QwenWords {
    /** As {@code tokenizer.json} spells it. */
    static final String PATTERN = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private enum Kind {
        LETTER,
        NUMBER,
        LINE_END,
        SPACE,
        OTHER,
        NOTHING
    }

    private QwenWords() {}

    /** The end of the word that begins at {@code at}, which is before the text's end. */
    static int end(String text, int at) {
        int contraction = contraction(text, at);
        if (contraction > 0) {
            return at + contraction;
        }
        var first = kind(text, at);
        int second = next(text, at);
        boolean lead = first == Kind.SPACE || first == Kind.OTHER;
        if (first == Kind.LETTER || lead && kind(text, second) == Kind.LETTER) {
            return run(text, second, Kind.LETTER);
        }
        if (first == Kind.NUMBER) {
            return second;
        }
        if (first == Kind.OTHER || text.charAt(at) == ' ' && kind(text, second) == Kind.OTHER) {
            return run(text, run(text, second, Kind.OTHER), Kind.LINE_END);
        }
        return whiteSpace(text, at);
    }

    /** Up to the last line end of the white space; without one, all but the space before the next word. */
    private static int whiteSpace(String text, int from) {
        int at = from;
        int last = from;
        int lines = -1;
        for (var kind = kind(text, at); kind == Kind.SPACE || kind == Kind.LINE_END; kind = kind(text, at)) {
            last = at;
            at = next(text, at);
            lines = kind == Kind.LINE_END ? at : lines;
        }
        if (lines >= 0) {
            return lines;
        }
        return at == text.length() || last == from ? at : last;
    }

    private static int run(String text, int from, Kind kind) {
        int at = from;
        while (kind(text, at) == kind) {
            at = next(text, at);
        }
        return at;
    }

    private static int contraction(String text, int at) {
        if (text.charAt(at) != '\'' || at + 1 == text.length()) {
            return 0;
        }
        char first = lower(text.charAt(at + 1));
        if (first == 's' || first == 't' || first == 'm' || first == 'd') {
            return 2;
        }
        char second = at + 2 < text.length() ? lower(text.charAt(at + 2)) : ' ';
        boolean two = second == 'e' && (first == 'r' || first == 'v') || first == 'l' && second == 'l';
        return two ? 3 : 0;
    }

    private static char lower(char c) {
        // the long s is an s in either case
        return c == 'ſ' ? 's' : Character.toLowerCase(c);
    }

    private static int next(String text, int at) {
        return at + Character.charCount(text.codePointAt(at));
    }

    private static Kind kind(String text, int at) {
        if (at >= text.length()) {
            return Kind.NOTHING;
        }
        int c = text.codePointAt(at);
        if (c == '\r' || c == '\n') {
            return Kind.LINE_END;
        }
        if (Texts.isWhiteSpace(c)) {
            return Kind.SPACE;
        }
        if (Character.isLetter(c)) {
            return Kind.LETTER;
        }
        return switch (Character.getType(c)) {
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> Kind.NUMBER;
            default -> Kind.OTHER;
        };
    }
}
