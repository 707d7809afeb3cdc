package io.mural.evaluate.cases;

import io.mural.evaluate.measure.Frechet;
import io.mural.evaluate.measure.InceptionScore;
import io.mural.evaluate.measure.KernelDistance;
import io.mural.evaluate.measure.PrecisionRecall;
import io.mural.evaluate.measure.Seams;
import io.mural.evaluate.measure.StepProfiles;
import io.mural.evaluate.pixels.ByteResize;
import io.mural.evaluate.pixels.FloatResize;
import io.mural.evaluate.pixels.Resizer;
import io.mural.model.image.RgbImage;
import io.mural.model.parity.OtherCases.Judgement;
import io.mural.model.parity.ParityCase;

/** Cases that need no network. */
final class MetricCases {
    /** Levels of a pixel. */
    private static final double RANGE = 255;

    private MetricCases() {}

    static Judgement resize(ParityCase given) {
        var image = Errors.image(given, "in.image");
        int width = given.params().integer("width");
        int height = given.params().integer("height");
        var errors = new Errors(given, Errors.EXACT);
        for (var resizer : Resizer.values()) {
            var name =
                    resizer == Resizer.PYTORCH_FID ? "bilinear" : resizer.word().replace('-', '_');
            if (errors.has(name)) {
                var mine = Errors.doubles(FloatResize.apply(resizer, image, width, height));
                errors.of(name, mine, RANGE, Errors.EXACT);
            }
        }
        if (errors.has("bicubic_bytes")) {
            // Equal to the byte: one level is far beyond the bound.
            errors.of("bicubic_bytes", bytes(image, width, height), RANGE, Errors.EXACT);
        }
        return errors.judged();
    }

    private static double[] bytes(RgbImage image, int width, int height) {
        var resize = new ByteResize(image.width(), image.height(), width, height);
        for (int y = 0; y < image.height(); y++) {
            resize.row(image.rgb(), y * image.width() * 3);
        }
        var rgb = resize.image().rgb();
        var values = new double[rgb.length];
        for (int i = 0; i < rgb.length; i++) {
            values[i] = rgb[i] & 0xff;
        }
        return values;
    }

    static Judgement fid(ParityCase given) {
        int features = given.dim("in.features_a", 1);
        var distance = Frechet.distance(
                Frechet.Rows.of(given.floats("in.features_a"), features),
                Frechet.Rows.of(given.floats("in.features_b"), given.dim("in.features_b", 1)));
        var errors = new Errors(given, Errors.EXACT);
        errors.of("fid", new double[] {distance.distance()}, distance.terms(), Errors.EXACT);
        return errors.judged();
    }

    static Judgement kid(ParityCase given) {
        int features = given.dim("in.features_a", 1);
        var a = given.floats("in.features_a");
        var b = given.floats("in.features_b");
        var errors = new Errors(given, Errors.EXACT);
        var result = KernelDistance.of(a, b, features, rows(given, "in.subsets_a"), rows(given, "in.subsets_b"));
        errors.of("subsets", result.subsets(), Errors.EXACT);
        errors.of("mean", new double[] {result.mean()}, Errors.EXACT);
        errors.of("std", new double[] {result.deviation()}, Errors.EXACT);
        if (errors.has("whole")) {
            errors.of("whole", new double[] {KernelDistance.discrepancy(a, b, features)}, Errors.EXACT);
        }
        return errors.judged();
    }

    private static int[][] rows(ParityCase given, String name) {
        var ids = given.ids(name);
        var rows = new int[given.dim(name, 0)][given.dim(name, 1)];
        for (int i = 0; i < ids.length; i++) {
            rows[i / rows[0].length][i % rows[0].length] = ids[i];
        }
        return rows;
    }

    static Judgement precisionRecall(ParityCase given) {
        var result = PrecisionRecall.of(
                given.floats("in.features_a"),
                given.floats("in.features_b"),
                given.dim("in.features_a", 1),
                given.params().integer("neighbours", 3));
        var errors = new Errors(given, Errors.EXACT);
        errors.of("precision", new double[] {result.precision()}, Errors.EXACT);
        errors.of("recall", new double[] {result.recall()}, Errors.EXACT);
        return errors.judged();
    }

    static Judgement inceptionScore(ParityCase given) {
        var logits = given.floats("in.logits");
        int classes = given.dim("in.logits", 1);
        var errors = new Errors(given, Errors.EXACT);
        for (int splits : given.params().integers("splits")) {
            var result = InceptionScore.of(logits, classes, splits);
            errors.of("mean" + splits, new double[] {result.mean()}, Errors.EXACT);
            // Of a single split the deviation is 0: what counts is the score's own size.
            errors.of("std" + splits, new double[] {result.deviation()}, result.mean(), Errors.EXACT);
        }
        return errors.judged();
    }

    static Judgement seams(ParityCase given) {
        var image = Errors.image(given, "in.image");
        var profiles = new StepProfiles(image.width(), image.height());
        for (int y = 0; y < image.height(); y++) {
            profiles.row(image.rgb(), y * image.width() * 3);
        }
        var errors = new Errors(given, Errors.EXACT);
        for (int period : given.params().integers("periods")) {
            var seams = Seams.at(profiles, period);
            var columns = seams.columns();
            var rows = seams.rows();
            errors.of(
                    "seam" + period,
                    new double[] {columns.seam(), columns.share(), rows.seam(), rows.share()},
                    Errors.EXACT);
            errors.of("comb" + period, new double[] {columns.comb(), rows.comb()}, Errors.EXACT);
        }
        var bands = Seams.bands(profiles);
        errors.of("bands", new double[] {bands.columns(), bands.rows()}, Errors.EXACT);
        return errors.judged();
    }
}
