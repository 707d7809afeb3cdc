package io.mural.cli.console;

import java.util.regex.Pattern;

/**
 * Text from files on a terminal: on one line, and without what could rewrite the screen or turn the order of letters
 * around. Joiners of letters and emoji stay.
 */
public final class OneLine {
    /** Unicode's controls, both halves of them, and its marks, embeddings, overrides and isolates of direction. */
    private static final Pattern STEERING =
            Pattern.compile("[\\p{Cc}\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff\\x{e0000}-\\x{e007f}]");

    private OneLine() {}

    public static String of(String text) {
        return STEERING.matcher(text.replaceAll("\\R", " ")).replaceAll("?");
    }
}
