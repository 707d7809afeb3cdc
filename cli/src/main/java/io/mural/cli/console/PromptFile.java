package io.mural.cli.console;

import io.mural.tensor.InputException;
import io.mural.weights.text.SmallFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Files of prompts, one a line. */
public final class PromptFile {
    private static final String STDIN = "-";

    private PromptFile() {}

    /**
     * The prompts; blank lines and those that begin with # are left out.
     *
     * @param name {@code -} is stdin
     * @param option that named it, for messages
     */
    public static List<String> read(String name, String option) {
        var text = name.equals(STDIN) ? Stdin.read() : text(Path.of(name), option);
        var prompts = text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        if (prompts.isEmpty()) {
            throw new InputException((name.equals(STDIN) ? "stdin" : name) + ": holds no prompt; " + option
                    + " takes one prompt a line, # begins a comment");
        }
        return prompts;
    }

    private static String text(Path file, String option) {
        try {
            return SmallFile.text(file, Stdin.MOST_BYTES);
        } catch (NoSuchFileException e) {
            throw new InputException(file + ": no such file; " + option + " takes a text file, one prompt a line", e);
        } catch (CharacterCodingException e) {
            throw new InputException(file + ": is not UTF-8 text; " + option + " takes one prompt a line", e);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read; " + option + " takes a text file", e);
        }
    }
}
