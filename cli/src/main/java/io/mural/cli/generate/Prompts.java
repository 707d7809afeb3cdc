package io.mural.cli.generate;

import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Stdin;
import io.mural.tensor.InputException;
import io.mural.weights.text.SmallFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Where prompts come from: the command line, a file with one a line, or stdin. */
final class Prompts {
    private static final String STDIN = "-";

    private Prompts() {}

    /** The only one of the words; the shell splits a prompt without quotes into several. */
    static String single(List<String> words) {
        if (words.size() > 1) {
            throw new BadUsage(words.size() + " prompts; put the prompt in quotes, as in mural generate \""
                    + words.get(0) + " " + words.get(1) + (words.size() > 2 ? " ..." : "") + "\"");
        }
        return require(words.getFirst());
    }

    static String require(String prompt) {
        if (prompt.isBlank()) {
            throw new BadUsage("the prompt is empty; say what the picture should show");
        }
        return prompt;
    }

    /** One prompt a line; blank lines and those that begin with # are left out. {@code -} is stdin. */
    static List<String> file(String name) {
        var text = name.equals(STDIN) ? Stdin.read() : text(Path.of(name));
        var prompts = text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        if (prompts.isEmpty()) {
            throw new InputException((name.equals(STDIN) ? "stdin" : name)
                    + ": holds no prompt; --prompts-file takes one prompt a line, # begins a comment");
        }
        return prompts;
    }

    private static String text(Path file) {
        try {
            return SmallFile.text(file, Stdin.MOST_BYTES);
        } catch (NoSuchFileException e) {
            throw new InputException(file + ": no such file; --prompts-file takes a text file, one prompt a line", e);
        } catch (CharacterCodingException e) {
            throw new InputException(file + ": is not UTF-8 text; --prompts-file takes one prompt a line", e);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read; --prompts-file takes a text file", e);
        }
    }
}
