package io.mural.cli.generate;

import io.mural.cli.console.BadUsage;
import java.util.List;

/** Prompts of the command line. */
final class Prompts {
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
}
