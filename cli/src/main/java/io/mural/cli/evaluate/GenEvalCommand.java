package io.mural.cli.evaluate;

import io.mural.evaluate.protocol.GenEval;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mural evaluate geneval}: the table of GenEval's own results. */
@Command(
        name = "geneval",
        sortOptions = false,
        description = "Makes a table of the results.jsonl that GenEval's evaluator wrote of pictures.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mural generate --prompts-file evaluation_metadata.jsonl --layout geneval --count 4 -o pictures/",
            "  mural evaluate geneval results.jsonl"
        })
final class GenEvalCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RESULTS", description = "The results.jsonl of GenEval's evaluate_images.py.")
    private Path results;

    @Mixin
    private TableOptions tables;

    @Override
    public void run() {
        tables.refusePage();
        tables.print(GenEval.report(results), spec.commandLine());
    }
}
