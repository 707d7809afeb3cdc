package io.mural.cli.evaluate;

import io.mural.cli.console.BadUsage;
import io.mural.cli.console.OneLine;
import io.mural.evaluate.report.BestAndWorst;
import io.mural.evaluate.set.Judged;
import io.mural.evaluate.set.Progress;
import io.mural.evaluate.set.Report;
import io.mural.evaluate.set.SeamEvaluation;
import io.mural.evaluate.set.SeamEvaluation.Found;
import io.mural.model.edit.Region;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Seams, combs and bands. */
final class SeamOptions {
    private static final int USUAL_FADE = 16;
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

    @Option(
            names = "--region",
            paramLabel = "X,Y,WxH",
            description = "The rectangle that was painted anew: the border of it is looked at, too.")
    private String region;

    @Option(
            names = "--fade",
            paramLabel = "N",
            description = "Pixels inside --region over which it fades in. Default: 16.")
    private Integer fade;

    boolean asked() {
        return seams;
    }

    boolean used() {
        return !periods.isEmpty() || gate || guide != null || region != null || fade != null;
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
        if (fade != null && region == null) {
            throw new BadUsage("--fade is for --region");
        }
        if (fade != null && fade < 0) {
            throw new BadUsage("--fade " + fade + ": choose 0 or more pixels");
        }
        if (region != null && against.isPresent()) {
            throw new BadUsage("--region is for pictures, not for the difference of two");
        }
        var evaluation = new SeamEvaluation(periods.isEmpty() ? USUAL_PERIODS : periods, background);
        if (against.isPresent() && (Files.isDirectory(pictures) || Files.isDirectory(against.get()))) {
            throw new BadUsage("--seams with --against takes two pictures, not folders");
        }
        var progress = Files.isDirectory(pictures) ? new ProgressLines(command.getErr()) : Progress.NONE;
        var found = against.map(other -> List.of(evaluation.difference(pictures, other)))
                .orElseGet(() -> evaluation.of(pictures, progress));
        double guideBands = guide == null ? 0 : evaluation.bands(guide).rows();
        List<Judged> each = new ArrayList<>();
        boolean good = true;
        for (var one : found) {
            var values = new LinkedHashMap<>(one.values());
            good &= border(evaluation, one.picture(), values, command);
            each.add(new Judged(one.picture(), "", values));
            if (gate && one.fails(guideBands)) {
                good = false;
                command.getErr().println("mural: " + OneLine.of(one.picture() + ": " + why(one, guideBands)));
            }
        }
        var report = new Report(List.of(), each, Map.of());
        tables.printEach(report, command);
        tables.page().ifPresent(file -> BestAndWorst.write(file, report));
        return good;
    }

    /** Adds what is seen of the rectangle's border; false if the gate is set and it is more than the picture's own. */
    private boolean border(SeamEvaluation evaluation, Path picture, Map<String, Double> values, CommandLine command) {
        if (region == null) {
            return true;
        }
        var border = evaluation.border(picture, Region.of(region), fade == null ? USUAL_FADE : fade);
        values.put("border-columns", border.columns().ratio());
        values.put("border-rows", border.rows().ratio());
        boolean seen = Math.max(border.columns().ratio(), border.rows().ratio()) > 1;
        if (gate && seen) {
            command.getErr().println("mural: " + OneLine.of(picture + ": the border of " + region + " is to be seen"));
        }
        return !gate || !seen;
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
