package io.mural.evaluate.set;

import io.mural.evaluate.measure.Interval;
import io.mural.evaluate.measure.PixelDifference;
import io.mural.evaluate.measure.Ssim;
import io.mural.evaluate.network.Lpips;
import io.mural.model.image.PictureRows;
import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** Compares pictures with those of the same name in another folder: PSNR, SSIM and, with weights, LPIPS. */
public final class PairEvaluation {
    private static final String PSNR = "psnr";
    private static final String SSIM = "ssim";
    private static final String LPIPS = "lpips";

    private final Ops ops;
    private final Optional<MetricWeights> weights;
    private final Optional<byte[]> background;
    private final Progress progress;

    /** @param weights for LPIPS, where it is asked for */
    public PairEvaluation(Ops ops, Optional<MetricWeights> weights, Optional<byte[]> background, Progress progress) {
        this.ops = ops;
        this.weights = weights;
        this.background = background;
        this.progress = progress;
    }

    /** Two pictures, or two folders whose pictures go together by their names without endings. */
    public Report compare(Path a, Path b) {
        var pairs = pairs(a, b);
        List<Judged> each = new ArrayList<>();
        long start = System.nanoTime();
        Optional<Lpips> lpips = weights.map(MetricWeights::lpips);
        try {
            for (var pair : pairs) {
                if (Thread.interrupted()) {
                    throw new CancellationException(
                            "cancelled before " + pair.a().path());
                }
                each.add(new Judged(pair.a().path(), "", values(pair, lpips)));
                progress.pictures(
                        a.toString(), each.size(), pairs.size(), each.size(), (System.nanoTime() - start) / 1e9);
            }
        } finally {
            lpips.ifPresent(Lpips::close);
        }
        Map<String, String> made = new LinkedHashMap<>();
        made.put("pairs", Integer.toString(pairs.size()));
        weights.ifPresent(found -> found.used().forEach((name, sha256) -> made.put("sha256 " + name, sha256)));
        return new Report(figures(each), each, made);
    }

    private record Pair(Picture a, Picture b) {}

    private static List<Pair> pairs(Path a, Path b) {
        if (Files.isRegularFile(a) && Files.isRegularFile(b)) {
            return List.of(new Pair(Picture.in(a).getFirst(), Picture.in(b).getFirst()));
        }
        Map<String, Picture> others = new HashMap<>();
        Picture.in(b).forEach(picture -> others.put(picture.stem(), picture));
        List<Pair> pairs = new ArrayList<>();
        for (var picture : Picture.in(a)) {
            var other = others.get(picture.stem());
            if (other == null) {
                throw new InputException(
                        b + " holds no picture named " + picture.stem() + " to compare " + picture.path() + " with");
            }
            pairs.add(new Pair(picture, other));
        }
        return pairs;
    }

    private Map<String, Double> values(Pair pair, Optional<Lpips> lpips) {
        Map<String, Double> values = new LinkedHashMap<>();
        try (var a = PictureRows.open(pair.a().path(), background);
                var b = PictureRows.open(pair.b().path(), background)) {
            if (a.width() != b.width() || a.height() != b.height()) {
                throw new InputException(pair.a().path() + " has " + a.width() + " x " + a.height() + " pixels but "
                        + pair.b().path() + " " + b.width() + " x " + b.height() + "; make them of one size");
            }
            var difference = new PixelDifference();
            var ssim = new Ssim(a.width(), a.height());
            var keep = lpips.map(network -> new Images(a.width(), a.height()));
            var line = new byte[a.width() * 3];
            var other = new byte[line.length];
            for (int y = 0; y < a.height(); y++) {
                a.read(line);
                b.read(other);
                difference.row(line, 0, other, 0, line.length);
                ssim.row(line, 0, other, 0);
                int row = y;
                keep.ifPresent(images -> images.row(row, line, other));
            }
            values.put(PSNR, difference.psnr());
            values.put(SSIM, ssim.value());
            keep.ifPresent(images -> values.put(LPIPS, lpips.orElseThrow().distance(ops, images.a, images.b)));
        }
        return values;
    }

    /** Both pictures whole: LPIPS looks at bands of them. */
    private static final class Images {
        private final RgbImage a;
        private final RgbImage b;

        Images(int width, int height) {
            int bytes = Math.multiplyExact(Math.multiplyExact(width, height), 3);
            a = new RgbImage(width, height, new byte[bytes]);
            b = new RgbImage(width, height, new byte[bytes]);
        }

        void row(int y, byte[] line, byte[] other) {
            System.arraycopy(line, 0, a.rgb(), y * line.length, line.length);
            System.arraycopy(other, 0, b.rgb(), y * line.length, line.length);
        }
    }

    /** Means over pairs; equal pictures, whose PSNR is infinite, are counted apart. */
    private static List<Figure> figures(List<Judged> each) {
        List<Figure> figures = new ArrayList<>();
        var finite = each.stream()
                .mapToDouble(judged -> judged.values().get(PSNR))
                .filter(Double::isFinite)
                .toArray();
        int equal = each.size() - finite.length;
        figures.add(
                finite.length == 0
                        ? Figure.of(PSNR, Double.POSITIVE_INFINITY, each.size(), "dB; all pairs are equal")
                        : new Figure(
                                PSNR,
                                Interval.ofMean(finite),
                                finite.length,
                                "dB" + (equal == 0 ? "" : "; " + equal + " equal pairs apart")));
        for (var name : List.of(SSIM, LPIPS)) {
            var values = each.stream()
                    .filter(judged -> judged.values().containsKey(name))
                    .mapToDouble(judged -> judged.values().get(name))
                    .toArray();
            if (values.length > 0) {
                figures.add(new Figure(name, Interval.ofMean(values), values.length, ""));
            }
        }
        return figures;
    }
}
