package io.mural.evaluate.protocol;

import io.mural.evaluate.measure.Interval;
import io.mural.evaluate.set.Figure;
import io.mural.evaluate.set.Judged;
import io.mural.evaluate.set.Progress;
import io.mural.evaluate.set.Report;
import io.mural.evaluate.set.SeamEvaluation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What pictures show of windows and of layouts that repeat, as figures of a set: needs no weights. */
final class SeamTable {
    private SeamTable() {}

    /**
     * Of the pictures of a folder.
     *
     * @param bases the small pictures they were made from, under the same names: rows that repeat there already do not fail
     * @param period pixels between borders
     * @param progress told how far it is
     */
    static Report of(Path folder, Optional<Path> bases, int period, Progress progress) {
        List<Judged> each = new ArrayList<>();
        int failed = 0;
        for (var found : new SeamEvaluation(List.of(period), Optional.empty()).of(folder, progress)) {
            double guide = bases.map(small -> small.resolve(found.picture().getFileName()))
                    .map(small -> new SeamEvaluation(List.of(), Optional.empty())
                            .bands(small)
                            .rows())
                    .orElse(0.0);
            boolean fails = found.fails(guide);
            failed += fails ? 1 : 0;
            var axes = found.seams().getFirst();
            Map<String, Double> values = new LinkedHashMap<>();
            values.put("seam", Math.max(axes.columns().seam(), axes.rows().seam()));
            values.put("bands", found.bands().rows());
            values.put("gate-failed", fails ? 1.0 : 0.0);
            each.add(new Judged(found.picture(), "", values));
        }
        List<Figure> figures = new ArrayList<>();
        figures.add(mean("seam", each, "mean, every " + period + " pixels"));
        figures.add(mean("bands", each, "mean, of rows"));
        figures.add(new Figure("gate-failed", Interval.of(failed), each.size(), "pictures"));
        return new Report(figures, each, Map.of("seam_period", Integer.toString(period)));
    }

    private static Figure mean(String name, List<Judged> each, String note) {
        var values =
                each.stream().mapToDouble(judged -> judged.values().get(name)).toArray();
        return new Figure(name, Interval.ofMean(values), values.length, note);
    }
}
