package io.mural.cli.console;

/** Text from files on a terminal: on one line and without control characters, which could rewrite the screen. */
public final class OneLine {
    private OneLine() {}

    public static String of(String text) {
        return text.replaceAll("\\R", " ").replaceAll("\\p{Cntrl}", "?");
    }
}
