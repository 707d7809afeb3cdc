package io.mural.cli.console;

import io.mural.tensor.InputException;

/** Settings as the command line spells them: the engine's messages name {@code `size`}, which is {@code --size} here. */
public final class Spelling {
    private Spelling() {}

    /** A line of the engine for users of the command line; files may have had a part in it. */
    public static String of(String line) {
        var spelt = InputException.spelt(line, setting -> "--" + setting).replace("java -Xmx", "MURAL_JAVA_OPTS=-Xmx");
        return OneLine.of(spelt);
    }
}
