package io.mural.cli.evaluate;

import io.mural.cli.console.BadUsage;
import io.mural.cli.console.OneLine;
import io.mural.evaluate.report.Tables;
import io.mural.evaluate.set.Report;
import io.mural.weights.text.WholeFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** How figures are told. */
final class TableOptions {
    @Option(names = "--json", description = "One JSON object instead of text.")
    private boolean json;

    @Option(names = "--csv", description = "CSV instead of text.")
    private boolean csv;

    @Option(names = "--each", description = "A line a picture, too; in CSV instead of the figures.")
    private boolean each;

    @Option(
            names = "--page",
            paramLabel = "FILE.html",
            description = "Writes a page that shows the best and the worst pictures.")
    private Path page;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Writes there instead of to stdout.")
    private Path output;

    Optional<Path> page() {
        return Optional.ofNullable(page);
    }

    /** Where there are no pictures to show. */
    void refusePage() {
        if (page != null) {
            throw new BadUsage("--page shows pictures, and there are none here");
        }
    }

    Path requireOutput() {
        if (output == null) {
            throw new BadUsage("--statistics writes a file; name it with -o, such as real.stats.safetensors");
        }
        return output;
    }

    void print(Report report, CommandLine command) {
        if (json) {
            put(Tables.json(report, each), command);
        } else if (csv) {
            put(each ? Tables.eachCsv(report.each()) : Tables.csv(report), command);
        } else {
            put((each ? Tables.eachText(report.each()) : "") + Tables.text(report), command);
        }
    }

    /** Of a report that has values of single pictures alone. */
    void printEach(Report report, CommandLine command) {
        if (json) {
            put(Tables.json(report, true), command);
        } else {
            put(csv ? Tables.eachCsv(report.each()) : Tables.eachText(report.each()), command);
        }
    }

    private void put(String text, CommandLine command) {
        if (json && csv) {
            throw new BadUsage("--json and --csv exclude each other");
        }
        if (output == null) {
            text.lines().forEach(line -> command.getOut().println(OneLine.of(line)));
            command.getOut().flush();
            return;
        }
        WholeFile.write(output, (text.endsWith("\n") ? text : text + "\n").getBytes(StandardCharsets.UTF_8));
        command.getOut().println(output);
    }
}
