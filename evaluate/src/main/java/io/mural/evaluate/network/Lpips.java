package io.mural.evaluate.network;

import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * LPIPS (arXiv 1801.03924) over VGG-16, version 0.1: how far apart two pictures are to the eye. Features of five depths,
 * each scaled to length 1 at every pixel; their squared differences, weighted by channel, are averaged over the picture.
 *
 * <p>Large pictures are taken in bands of rows with as much around them as a feature sees, so the memory is that of a
 * band, and the result that of the whole.
 */
public final class Lpips implements AutoCloseable {
    private static final float[] SHIFT = {-.030f, -.088f, -.188f};
    private static final float[] SCALE = {.458f, .448f, .450f};
    private static final double TINY = 1e-10;
    /** Features of torchvision's VGG-16 that are convolutions, by depth. */
    private static final int[][] DEPTHS = {{0, 2}, {5, 7}, {10, 12, 14}, {17, 19, 21}, {24, 26, 28}};
    /** Rows that the deepest feature sees beyond its own: 1 a convolution, times 1, 2, 4, 8 and 16; in whole cells. */
    private static final int AROUND = 96;

    private static final int CELL = 16;
    /** Pixels of a band without what is around it: its largest map takes 64 floats each. */
    private static final int BAND_PIXELS = 1 << 20;

    private final WeightCopies file;
    private final List<List<Units.Square>> depths = new ArrayList<>();
    private final List<float[]> weights = new ArrayList<>();

    private Lpips(WeightCopies file) {
        this.file = file;
        int channels = 3;
        for (int depth = 0; depth < DEPTHS.length; depth++) {
            var units = new ArrayList<Units.Square>();
            for (int feature : DEPTHS[depth]) {
                var unit = new Units.Square(
                        FoldedConv.plain(file, "features." + feature).square(file), 1, Padding.SAME);
                channels = unit.channels(channels);
                units.add(unit);
            }
            depths.add(units);
            weights.add(file.floats("lin" + depth + ".model.1.weight", channels));
        }
    }

    /** The network of a safetensors file, with or without {@code net.} before its names. */
    public static Lpips load(Path path) {
        try (var weights = NamedWeights.open(path)) {
            return load(weights, weights.has("net.features.0.weight") ? "net." : "");
        }
    }

    /** The network of two files of torch's: VGG-16's features, and the layers of LPIPS. */
    public static Lpips load(Path features, Path layers) {
        try (var vgg = NamedWeights.open(features);
                var own = NamedWeights.open(layers)) {
            return load(NamedWeights.together(vgg, own), "");
        }
    }

    private static Lpips load(NamedWeights weights, String prefix) {
        var file = new WeightCopies(weights, prefix);
        try {
            return new Lpips(file);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** The distance of two pictures of the same size; 0 for equal ones. */
    public double distance(Ops ops, RgbImage a, RgbImage b) {
        int band = Math.max(CELL, BAND_PIXELS / a.width() / CELL * CELL);
        return distance(ops, a, b, band);
    }

    /** As {@link #distance(Ops, RgbImage, RgbImage)}, in bands of {@code band} rows, a multiple of 16. */
    double distance(Ops ops, RgbImage a, RgbImage b, int band) {
        if (a.width() != b.width() || a.height() != b.height()) {
            throw new InputException("pictures of " + a.width() + " x " + a.height() + " and " + b.width() + " x "
                    + b.height() + " pixels cannot be compared");
        }
        if (Math.min(a.width(), a.height()) < CELL) {
            throw new InputException("a picture of " + a.width() + " x " + a.height()
                    + " pixels is too small for LPIPS; " + CELL + " is the least");
        }
        var sums = new double[DEPTHS.length];
        var pixels = new long[DEPTHS.length];
        // The last band may be as small as a row that no feature of the deepest map stands for.
        for (int from = 0; from < a.height(); from += band) {
            int to = Math.min(a.height(), from + band);
            addBand(ops, a, b, from, to, sums, pixels);
        }
        double distance = 0;
        for (int depth = 0; depth < sums.length; depth++) {
            distance += sums[depth] / pixels[depth];
        }
        return distance;
    }

    private void addBand(Ops ops, RgbImage a, RgbImage b, int from, int to, double[] sums, long[] pixels) {
        int top = Math.max(0, from - AROUND);
        int bottom = Math.min(a.height(), to + AROUND);
        ops.unit("lpips", () -> {
            var x = tensor(ops, a, top, bottom);
            var y = tensor(ops, b, top, bottom);
            for (int depth = 0; depth < depths.size(); depth++) {
                int level = depth;
                x = ops.unit("lpips." + depth, x, input -> features(ops, level, input));
                y = ops.unit("lpips." + depth, y, input -> features(ops, level, input));
                int cell = 1 << depth;
                int first = (from - top) / cell;
                int end = to == a.height() ? x.shape().dim(0) : (to - top) / cell;
                add(ops, depth, x, y, first, end, sums, pixels);
            }
        });
    }

    private Tensor features(Ops ops, int depth, Tensor x) {
        var next = depth == 0 ? x : Pooling.largest(ops, x, 2, 2, 0);
        for (var unit : depths.get(depth)) {
            next = unit.forward(ops, next);
        }
        return next;
    }

    private static Tensor tensor(Ops ops, RgbImage image, int top, int bottom) {
        var values = image.toFloats(top, bottom, new float[0]);
        for (int i = 0; i < values.length; i++) {
            values[i] = (values[i] - SHIFT[i % 3]) / SCALE[i % 3];
        }
        return ops.tensor(values, bottom - top, image.width(), 3);
    }

    /** Adds the differences of the rows {@code first} to {@code end} of two maps of features. */
    private void add(Ops ops, int depth, Tensor x, Tensor y, int first, int end, double[] sums, long[] pixels) {
        int width = x.shape().dim(1);
        int channels = x.cols();
        var weight = weights.get(depth);
        for (int row = first; row < end; row++) {
            var one = ops.read(x.rows(row * width, (row + 1) * width));
            var other = ops.read(y.rows(row * width, (row + 1) * width));
            for (int at = 0; at < one.length; at += channels) {
                double oneLength = length(one, at, channels) + TINY;
                double otherLength = length(other, at, channels) + TINY;
                for (int c = 0; c < channels; c++) {
                    double difference = one[at + c] / oneLength - other[at + c] / otherLength;
                    sums[depth] += weight[c] * difference * difference;
                }
            }
        }
        pixels[depth] += (long) Math.max(0, end - first) * width;
    }

    private static double length(float[] values, int from, int count) {
        double squares = 0;
        for (int i = from; i < from + count; i++) {
            squares += (double) values[i] * values[i];
        }
        return Math.sqrt(squares);
    }

    @Override
    public void close() {
        file.close();
    }
}
