package io.mural.model.token;

import java.text.Normalizer;

/**
 * Unicode's form C in bounded time: sorting the marks on one letter takes quadratic time, so an endless pile of them is
 * taken in parts. The stream-safe format of Unicode (UAX #15, section 13) allows 30.
 */
final class FormC {
    private static final int MAX_MARKS = 1000;

    private FormC() {}

    static String of(String text) {
        var out = new StringBuilder(text.length());
        int start = 0;
        int marks = 0;
        int size;
        for (int at = 0; at < text.length(); at += size) {
            int c = text.codePointAt(at);
            size = Character.charCount(c);
            marks = isMark(c) ? marks + 1 : 0;
            if (marks == MAX_MARKS) {
                out.append(Normalizer.normalize(text.substring(start, at), Normalizer.Form.NFC));
                start = at;
                marks = 0;
            }
        }
        return out.append(Normalizer.normalize(text.substring(start), Normalizer.Form.NFC))
                .toString();
    }

    private static boolean isMark(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> true;
            default -> false;
        };
    }
}
