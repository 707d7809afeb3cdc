package io.mural.cli.generate;

import io.mural.cli.console.BadUsage;
import io.mural.cli.console.PromptFile;
import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Pictures in the folders that GenEval's evaluator reads: {@code 00000/metadata.jsonl} is the prompt's line of its file,
 * {@code 00000/samples/0000.png} the first picture of it.
 */
final class GenEvalLayout {
    private final Path file;
    private final List<String> lines;

    /** @param file GenEval's evaluation_metadata.jsonl, an object with a prompt a line */
    GenEvalLayout(Path file) {
        this.file = file;
        lines = PromptFile.read(file.toString(), "--prompts-file");
    }

    List<String> prompts() {
        List<String> prompts = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            var source = file + ": prompt " + (i + 1);
            try {
                prompts.add(Prompts.require(Json.parse(source, lines.get(i)).string("prompt")));
            } catch (InputException e) {
                throw new InputException(
                        source + " is no JSON object with a prompt; --layout geneval takes GenEval's own"
                                + " evaluation_metadata.jsonl",
                        e);
            }
        }
        return prompts;
    }

    /** The places of {@code count} pictures of every prompt; makes their folders, with what the evaluator reads there. */
    List<Path> places(Path folder, int count) {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new BadUsage("-o " + folder + ": --layout geneval makes folders; name a folder");
        }
        List<Path> places = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            var own = folder.resolve(String.format(Locale.ROOT, "%05d", i));
            var samples = own.resolve("samples");
            try {
                Files.createDirectories(samples);
            } catch (IOException e) {
                throw new InputException(samples + ": cannot be made; choose another -o", e);
            }
            WholeFile.write(own.resolve("metadata.jsonl"), (lines.get(i) + "\n").getBytes(StandardCharsets.UTF_8));
            for (int picture = 0; picture < count; picture++) {
                places.add(samples.resolve(String.format(Locale.ROOT, "%04d.png", picture)));
            }
        }
        return places;
    }
}
