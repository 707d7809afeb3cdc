package io.mural.evaluate.protocol;

import io.mural.evaluate.measure.Interval;
import io.mural.evaluate.set.Figure;
import io.mural.evaluate.set.Judged;
import io.mural.evaluate.set.Report;
import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import io.mural.weights.text.SmallFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * GenEval (arXiv 2310.11513): what the published evaluator writes of pictures, a JSON object a line, as a table. The score
 * is the mean over kinds of prompts of the share of pictures that show what was asked for.
 */
public final class GenEval {
    /** Of the evaluator's results. */
    private static final int MOST_BYTES = 256 << 20;

    private GenEval() {}

    /** The table of a {@code results.jsonl}; {@link InputException} names the line that is none of the evaluator's. */
    public static Report report(Path results) {
        var lines = lines(results);
        Map<String, List<Double>> kinds = new LinkedHashMap<>();
        Map<String, Boolean> prompts = new LinkedHashMap<>();
        List<Judged> each = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            var line = Json.parse(results + " line " + (i + 1), lines.get(i));
            boolean correct = correct(line, results, i + 1);
            kinds.computeIfAbsent(line.string("tag"), none -> new ArrayList<>()).add(correct ? 1.0 : 0.0);
            // A prompt counts as met when any of its pictures meets it, as the evaluator's own summary counts.
            prompts.merge(line.string("prompt", line.string("tag") + i), correct, Boolean::logicalOr);
            each.add(new Judged(
                    Path.of(line.string("filename", "")),
                    line.string("prompt", ""),
                    Map.of("correct", correct ? 1.0 : 0.0)));
        }
        if (kinds.isEmpty()) {
            throw new InputException(results + ": holds no results");
        }
        return new Report(figures(kinds, prompts), each, Map.of("results", results.toString()));
    }

    private static List<Figure> figures(Map<String, List<Double>> kinds, Map<String, Boolean> prompts) {
        List<Figure> figures = new ArrayList<>();
        double sum = 0;
        long pictures = 0;
        for (var kind : kinds.entrySet()) {
            var values =
                    kind.getValue().stream().mapToDouble(Double::doubleValue).toArray();
            var share = Interval.ofMean(values);
            figures.add(new Figure(kind.getKey(), share, values.length, "share of pictures"));
            sum += share.value();
            pictures += values.length;
        }
        double met = prompts.values().stream().filter(any -> any).count();
        figures.add(new Figure(
                "prompts", Interval.of(met / prompts.size()), prompts.size(), "share with a picture that meets them"));
        figures.add(new Figure(
                "geneval", Interval.of(sum / kinds.size()), pictures, "mean over " + kinds.size() + " kinds"));
        return figures;
    }

    private static boolean correct(JsonObject line, Path results, int number) {
        if (line.has("tag") && line.asMap().get("correct") instanceof Boolean correct) {
            return correct;
        }
        throw new InputException(results + " line " + number
                + ": has no tag and correct; give the results.jsonl that GenEval's evaluate_images.py writes");
    }

    private static List<String> lines(Path results) {
        try {
            return SmallFile.text(results, MOST_BYTES)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (IOException e) {
            throw new InputException(results + ": cannot be read; give GenEval's results.jsonl", e);
        }
    }
}
