package io.mural.cli.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The process's stdin, for options that take {@code -}. */
public final class Stdin {
    private Stdin() {}

    /** All of it, as UTF-8 text. */
    public static String read() {
        try {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("stdin cannot be read", e);
        }
    }
}
