package io.mural.cli.evaluate;

import io.mural.cli.console.BadUsage;
import io.mural.evaluate.set.Judged;
import io.mural.evaluate.set.Report;
import io.mural.evaluate.set.SeamEvaluation;
import io.mural.evaluate.set.SeamEvaluation.Found;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Seams, combs and bands. */
final class SeamOptions {
    private static final List<Integer> USUAL_PERIODS = List.of(16, 64);

    @Option(
            names = "--seams",
            description = "Looks for borders at given periods and for layouts that repeat; needs no weights.")
    private boolean seams;

    @Option(
            names = "--periods",
            paramLabel = "LIST",
            split = ",",
            description = "Pixels between borders: 16 for tokens, 16 times the window for windows. Default: 16,64.")
    private List<Integer> periods = List.of();

    @Option(names = "--gate", description = "Ends with 1 if a picture shows a border at a period, or rows that repeat.")
    private boolean gate;

    @Option(
            names = "--guide",
            paramLabel = "PICTURE",
            description = "The small picture before: rows that repeat there already do not fail the gate.")
    private Path guide;

    boolean asked() {
        return seams;
    }

    boolean used() {
        return !periods.isEmpty() || gate || guide != null;
    }

    /** Prints what each picture shows; false if the gate is set and one fails. */
    boolean run(
            Path pictures,
            Optional<Path> against,
            Optional<byte[]> background,
            TableOptions tables,
            CommandLine command) {
        if (guide != null && !gate) {
            throw new BadUsage("--guide is for --gate");
        }
        var evaluation = new SeamEvaluation(periods.isEmpty() ? USUAL_PERIODS : periods, background);
        if (against.isPresent() && (Files.isDirectory(pictures) || Files.isDirectory(against.get()))) {
            throw new BadUsage("--seams with --against takes two pictures, not folders");
        }
        var found = against.map(other -> List.of(evaluation.difference(pictures, other)))
                .orElseGet(() -> evaluation.of(pictures));
        double guideBands = guide == null ? 0 : evaluation.bands(guide).rows();
        List<Judged> each = new ArrayList<>();
        boolean good = true;
        for (var one : found) {
            each.add(new Judged(one.picture(), "", one.values()));
            if (gate && one.fails(guideBands)) {
                good = false;
                command.getErr().println("mural: " + one.picture() + ": " + why(one, guideBands));
            }
        }
        tables.printEach(new Report(List.of(), each, Map.of()), command);
        return good;
    }

    private static String why(Found found, double guideBands) {
        for (var periodic : found.seams()) {
            if (periodic.fails()) {
                return "shows borders every " + periodic.columns().period() + " pixels"
                        + (periodic.columns().fails() ? " across columns" : " across rows");
            }
        }
        return found.bands().fails(guideBands) ? "its rows repeat" : "";
    }
}
