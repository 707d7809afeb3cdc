package io.mural.cli.console;

import io.mural.tensor.InputException;

/** Settings as the command line spells them: the engine's messages name {@code `size`}, which is {@code --size} here. */
public final class Spelling {
    private Spelling() {}

    /** A line of the engine for users of the command line. */
    public static String of(String line) {
        return InputException.spelt(line, setting -> "--" + setting).replace("java -Xmx", "MURAL_JAVA_OPTS=-Xmx");
    }
}
