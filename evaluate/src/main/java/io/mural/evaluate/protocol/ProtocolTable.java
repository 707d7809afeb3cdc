package io.mural.evaluate.protocol;

import io.mural.evaluate.set.Figure;
import io.mural.evaluate.set.Judged;
import io.mural.evaluate.set.Progress;
import io.mural.evaluate.set.Report;
import io.mural.evaluate.set.SetEvaluation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The table of a protocol: the figures of the pictures, and of the enlarged bases beside them. */
public final class ProtocolTable {
    private static final String ENLARGED = "base-enlarged ";

    private final Protocol protocol;
    private final List<String> prompts;
    private final int period;
    private final boolean hasBase;
    private final Progress progress;

    /** @param period pixels between the borders that a picture may show */
    public ProtocolTable(Protocol protocol, List<String> prompts, int period, boolean hasBase, Progress progress) {
        this.protocol = protocol;
        this.prompts = List.copyOf(prompts);
        this.period = period;
        this.hasBase = hasBase;
        this.progress = progress;
    }

    /**
     * The whole table.
     *
     * @param evaluation with networks, where there are weights for them
     * @param reference pictures or statistics to compare with, where a metric does
     */
    public Report report(Optional<SetEvaluation> evaluation, Optional<Path> reference) {
        var bases = Optional.of(protocol.bases()).filter(any -> hasBase);
        List<Report> own = new ArrayList<>();
        own.add(SeamTable.of(protocol.pictures(), bases, period, progress));
        evaluation.ifPresent(found -> own.add(found.evaluate(protocol.pictures(), reference, prompts)));
        List<Report> enlarged = new ArrayList<>();
        if (hasBase) {
            enlarged.add(SeamTable.of(protocol.enlarged(), bases, period, progress));
            evaluation.ifPresent(found -> enlarged.add(found.evaluate(protocol.enlarged(), reference, prompts)));
        }
        var of = together(own, "");
        var beside = together(enlarged, ENLARGED);
        List<Figure> figures = new ArrayList<>(of.figures());
        figures.addAll(beside.figures());
        List<Judged> each = new ArrayList<>(of.each());
        each.addAll(beside.each());
        Map<String, String> made = new LinkedHashMap<>(beside.made());
        made.putAll(of.made());
        return new Report(figures, each, made);
    }

    /** Several reports of the same pictures as one. */
    private static Report together(List<Report> reports, String prefix) {
        List<Figure> figures = new ArrayList<>();
        Map<Path, Judged> each = new LinkedHashMap<>();
        Map<String, String> made = new LinkedHashMap<>();
        for (var report : reports) {
            report.figures()
                    .forEach(figure -> figures.add(
                            new Figure(prefix + figure.name(), figure.interval(), figure.count(), figure.note())));
            report.each().forEach(judged -> each.merge(judged.picture(), judged, ProtocolTable::joined));
            made.putAll(report.made());
        }
        return new Report(figures, List.copyOf(each.values()), made);
    }

    private static Judged joined(Judged a, Judged b) {
        Map<String, Double> values = new LinkedHashMap<>(a.values());
        values.putAll(b.values());
        return new Judged(a.picture(), a.prompt().isEmpty() ? b.prompt() : a.prompt(), values);
    }
}
