package io.mural;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import io.mural.weights.text.SmallFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * Prompts with a choice in them: <code>{red|green}</code> is one of its parts, {@code __colour__} a line of the file {@code
 * colour.txt}. Parts and lines may hold choices again. The same seed chooses the same.
 *
 * @param folder of the files; empty where there is none
 */
public record Wildcards(Optional<Path> folder) {
    private static final Pattern CHOICE = Pattern.compile("\\{([^{}]*\\|[^{}]*)}");
    private static final Pattern FILE = Pattern.compile("__([A-Za-z0-9][A-Za-z0-9_/-]*?)__");
    /** A file whose lines name the file itself would never end. */
    private static final int MOST_CHOICES = 1000;

    private static final int MOST_BYTES = 16 << 20;

    /** Whether a prompt has a choice in it. */
    public static boolean isIn(String prompt) {
        return CHOICE.matcher(prompt).find() || FILE.matcher(prompt).find();
    }

    /** The prompt with its choices made. */
    public String resolve(String prompt, long seed) {
        var random = new SplittableRandom(seed);
        var text = prompt;
        for (int i = 0; i < MOST_CHOICES; i++) {
            var choice = CHOICE.matcher(text);
            var file = FILE.matcher(text);
            boolean found = choice.find();
            // From left to right, so that a choice does not depend on those behind it.
            if (file.find() && (!found || file.start() < choice.start())) {
                text = text.substring(0, file.start()) + one(lines(file.group(1)), random) + text.substring(file.end());
            } else if (found) {
                text = text.substring(0, choice.start())
                        + one(List.of(choice.group(1).split("\\|", -1)), random)
                        + text.substring(choice.end());
            } else {
                return text;
            }
        }
        throw InputException.about(
                "prompt",
                "`prompt` has choices that lead to further ones without end; look for a file that names itself");
    }

    private static String one(List<String> parts, SplittableRandom random) {
        return parts.get(random.nextInt(parts.size())).strip();
    }

    /** The lines of a file, without blank ones and comments. */
    private List<String> lines(String name) {
        var file = folder.orElseThrow(() -> InputException.about(
                        "prompt",
                        "`prompt` has __" + name + "__, a line of " + name
                                + ".txt; name the folder of such files with `wildcards`"))
                .resolve(name + ".txt");
        try {
            List<String> lines = new ArrayList<>();
            for (var line : SmallFile.text(file, MOST_BYTES).lines().toList()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    lines.add(line.strip());
                }
            }
            if (lines.isEmpty()) {
                throw new InputException(file + ": holds no line to choose; write one choice a line");
            }
            return lines;
        } catch (IOException e) {
            throw new InputException(
                    file + ": cannot be read for __" + name + "__ in the prompt: " + Shown.reason(e), e);
        }
    }
}
