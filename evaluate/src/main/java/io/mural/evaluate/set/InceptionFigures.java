package io.mural.evaluate.set;

import io.mural.evaluate.measure.Frechet;
import io.mural.evaluate.measure.InceptionScore;
import io.mural.evaluate.measure.Interval;
import io.mural.evaluate.measure.KernelDistance;
import io.mural.evaluate.measure.PrecisionRecall;
import io.mural.evaluate.network.Inception;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** Figures over Inception's features of a whole set. */
final class InceptionFigures {
    private static final int LARGEST_SUBSET = 1000;
    private static final int ROWS_AT_ONCE = 256;

    private final Ops ops;
    private final Inception network;
    private final Settings settings;
    private final Progress progress;

    InceptionFigures(Ops ops, Inception network, Settings settings, Progress progress) {
        this.ops = ops;
        this.network = network;
        this.settings = settings;
        this.progress = progress;
    }

    List<Figure> figures(
            Set<Metric> metrics,
            Optional<FeatureRows> whole,
            Optional<FeatureRows> patches,
            Optional<ReferenceStatistics> reference) {
        List<Figure> figures = new ArrayList<>();
        for (var metric : metrics) {
            switch (metric) {
                case FID -> figures.add(fid(metric, whole.orElseThrow(), whole(reference)));
                case PATCH_FID -> figures.add(fid(metric, patches.orElseThrow(), patches(reference)));
                case KID -> figures.add(kid(whole.orElseThrow(), whole(reference)));
                case IS -> figures.addAll(score(metric, whole.orElseThrow()));
                case PATCH_IS -> figures.addAll(score(metric, patches.orElseThrow()));
                case PRECISION_RECALL -> figures.addAll(precisionRecall(whole.orElseThrow(), whole(reference)));
                case CLIP, CLIP_IQA -> {}
            }
        }
        return figures;
    }

    private static ReferenceStatistics.Sample whole(Optional<ReferenceStatistics> reference) {
        return reference.flatMap(ReferenceStatistics::whole).orElseThrow();
    }

    private static ReferenceStatistics.Sample patches(Optional<ReferenceStatistics> reference) {
        return reference.flatMap(ReferenceStatistics::patches).orElseThrow();
    }

    private Figure fid(Metric metric, FeatureRows rows, ReferenceStatistics.Sample real) {
        if (rows.rows() < rows.columns()) {
            progress.note(metric.word() + " of " + rows.rows() + " rows for " + rows.columns()
                    + " features is biased upwards: compare it only with figures of as many, and see kid");
        }
        double value = Frechet.distance(rows.side(), real.side()).distance();
        var interval = Interval.bootstrap(value, resampled(rows, real));
        return new Figure(metric.word(), interval, rows.rows(), "against " + real.rows());
    }

    private double[] resampled(FeatureRows rows, ReferenceStatistics.Sample real) {
        var random = new Random(settings.seed());
        var values = new double[settings.bootstrap()];
        for (int i = 0; i < values.length; i++) {
            var drawn = rows.resampled(random)
                    .orElseThrow(() -> new InputException("a bootstrap takes all features at once, and " + rows.rows()
                            + " rows are too many; leave it out"));
            var side = drawn.length / rows.columns() < rows.columns()
                    ? Frechet.Rows.of(drawn, rows.columns())
                    : storedOf(drawn, rows.columns());
            values[i] = Frechet.distance(side, real.side()).distance();
        }
        return values;
    }

    private static Frechet.Side storedOf(float[] values, int columns) {
        var rows = new FeatureRows(columns);
        rows.add(values);
        return rows.stored();
    }

    private Figure kid(FeatureRows rows, ReferenceStatistics.Sample real) {
        var result = KernelDistance.of(
                rows.values(),
                features(real, Metric.KID),
                rows.columns(),
                settings.subsets(),
                LARGEST_SUBSET,
                settings.seed());
        return Figure.of(
                "kid",
                result.mean(),
                rows.rows(),
                String.format(
                        Locale.ROOT,
                        "deviation %.6f over %d subsets, against %d",
                        result.deviation(),
                        settings.subsets(),
                        real.rows()));
    }

    private static float[] features(ReferenceStatistics.Sample real, Metric metric) {
        return real.features().orElseThrow(() -> ReferenceStatistics.noFeatures(metric));
    }

    private List<Figure> precisionRecall(FeatureRows rows, ReferenceStatistics.Sample real) {
        var result = PrecisionRecall.of(
                rows.values(), features(real, Metric.PRECISION_RECALL), rows.columns(), settings.neighbours());
        var note = settings.neighbours() + " neighbours, against " + real.rows();
        return List.of(
                Figure.of("precision", result.precision(), rows.rows(), note),
                Figure.of("recall", result.recall(), rows.rows(), note));
    }

    /** In the splits asked for, and in one: splits of few pictures bias the score down. */
    private List<Figure> score(Metric metric, FeatureRows rows) {
        if (!rows.complete()) {
            progress.note(metric.word() + " is of the first rows of " + rows.rows());
        }
        var logits = logits(rows.values(), rows.columns());
        List<Figure> figures = new ArrayList<>();
        var splits = settings.splits() == 1 ? List.of(1) : List.of(settings.splits(), 1);
        for (int count : splits) {
            var result = InceptionScore.of(logits, network.classes(), count);
            var note = count == 1
                    ? "1 split"
                    : String.format(Locale.ROOT, "deviation %.4f over %d splits", result.deviation(), count);
            var name = count == settings.splits() ? metric.word() : metric.word() + "-1";
            figures.add(new Figure(name, result.interval(), logits.length / network.classes(), note));
        }
        return figures;
    }

    private float[] logits(float[] rows, int columns) {
        int count = rows.length / columns;
        var logits = new float[Math.multiplyExact(count, network.classes())];
        for (int from = 0; from < count; from += ROWS_AT_ONCE) {
            int to = Math.min(count, from + ROWS_AT_ONCE);
            var part = network.logitsUnbiased(ops, Arrays.copyOfRange(rows, from * columns, to * columns));
            System.arraycopy(part, 0, logits, from * network.classes(), part.length);
        }
        return logits;
    }
}
