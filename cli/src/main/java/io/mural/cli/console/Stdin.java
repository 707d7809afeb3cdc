package io.mural.cli.console;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The process's stdin, for options that take {@code -}. */
public final class Stdin {
    /** More than the longest list of prompts; what goes on without an end is refused there. */
    public static final int MOST_BYTES = 16 << 20;

    private Stdin() {}

    /** All of it, as UTF-8 text; {@link InputException} when it is more than {@link #MOST_BYTES}. */
    public static String read() {
        try {
            var bytes = System.in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new InputException("stdin: holds more than " + (MOST_BYTES >> 20) + " MiB; give less");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("stdin cannot be read", e);
        }
    }
}
