package io.mural.model.token;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tokens that are found in a text as a whole, before the vocabulary is asked: the first place where one begins, and
 * there the longest.
 */
final class AddedTokens {
    /**
     * An entry of {@code added_tokens_decoder}. Whether it takes the white space at its sides ({@code lstrip},
     * {@code rstrip}) makes no difference here, as neither tokenizer keeps white space next to it.
     *
     * @param normalized whether it is looked for in the normalised text rather than in the text as given
     * @param singleWord whether letters, digits and underscores at its sides hide it
     */
    record Token(int id, String content, boolean normalized, boolean singleWord) {}

    /** A run of plain text ({@code token} is null), or a token. */
    record Part(String text, Token token) {}

    /** By first character, the longest first. */
    private final Map<Character, List<Token>> byFirst = new HashMap<>();

    AddedTokens(List<Token> tokens) {
        tokens.stream()
                .filter(token -> !token.content.isEmpty())
                .sorted(Comparator.comparingInt((Token token) -> token.content.length())
                        .reversed())
                .forEach(token -> byFirst.computeIfAbsent(token.content.charAt(0), first -> new ArrayList<>())
                        .add(token));
    }

    List<Part> split(String text) {
        List<Part> parts = new ArrayList<>();
        int plain = 0;
        int at = 0;
        while (at < text.length()) {
            var found = find(text, at);
            if (found == null) {
                at++;
                continue;
            }
            if (plain < at) {
                parts.add(new Part(text.substring(plain, at), null));
            }
            parts.add(new Part(found.content, found));
            at += found.content.length();
            plain = at;
        }
        if (plain < text.length()) {
            parts.add(new Part(text.substring(plain), null));
        }
        return parts;
    }

    private Token find(String text, int at) {
        for (var token : byFirst.getOrDefault(text.charAt(at), List.of())) {
            int end = at + token.content.length();
            if (text.startsWith(token.content, at)) {
                boolean inWord = at > 0 && isWord(text.codePointBefore(at))
                        || end < text.length() && isWord(text.codePointAt(end));
                // A longest match that stands inside a word gives way to nothing shorter.
                return token.singleWord && inWord ? null : token;
            }
        }
        return null;
    }

    private static boolean isWord(int c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }
}
