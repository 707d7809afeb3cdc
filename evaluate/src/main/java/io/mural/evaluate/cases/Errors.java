package io.mural.evaluate.cases;

import io.mural.model.image.RgbImage;
import io.mural.model.parity.OtherCases.Judgement;
import io.mural.model.parity.ParityCase;
import io.mural.tensor.InputException;
import java.util.Arrays;
import java.util.Locale;

/** Collects how far the values of one case are off, each as a part of its own bound. */
final class Errors {
    /** What arithmetic in float64 may differ by, relative to the value. */
    static final double EXACT = 1e-6;
    /** What a network in float32 may differ by, relative to its largest value. */
    static final double NETWORK = 1e-4;

    private final ParityCase given;
    private final double bound;
    private final StringBuilder detail = new StringBuilder();
    private double worst;
    private int values;

    /** @param bound that the case is reported with; values with other bounds are scaled to it */
    Errors(ParityCase given, double bound) {
        this.given = given;
        this.bound = bound;
    }

    /** Largest difference of {@code out.name} over its largest value, where the case has it. */
    void of(String name, double[] mine, double itsBound) {
        if (!has(name)) {
            return;
        }
        var reference = reference(name);
        double largest = 0;
        for (double value : reference) {
            // What is not defined there has no size.
            largest = Double.isNaN(value) ? largest : Math.max(largest, Math.abs(value));
        }
        of(name, mine, largest == 0 ? 1 : largest, itsBound);
    }

    /** The largest difference over {@code scale}, instead of over the largest value. */
    void of(String name, double[] mine, double scale, double itsBound) {
        if (!has(name)) {
            return;
        }
        var reference = reference(name);
        if (reference.length != mine.length) {
            throw new InputException("out." + name + " has " + reference.length + " values in the case but "
                    + mine.length + " here; the case and the model do not belong together");
        }
        double error = 0;
        for (int i = 0; i < mine.length; i++) {
            boolean bothUndefined = Double.isNaN(mine[i]) && Double.isNaN(reference[i]);
            // Math.max passes a NaN on.
            error = bothUndefined ? error : Math.max(error, Math.abs(mine[i] - reference[i]));
        }
        add(name, error / scale, itsBound);
    }

    void of(String name, float[] mine, double itsBound) {
        of(name, doubles(mine), itsBound);
    }

    /** Bytes are numbers too. */
    private double[] reference(String name) {
        var tensor = "out." + name;
        return given.values().info(tensor).dtype().isFloat()
                ? given.doubles(tensor)
                : Arrays.stream(given.values().longs(tensor)).asDoubleStream().toArray();
    }

    boolean has(String name) {
        return given.values().tensors().containsKey("out." + name);
    }

    /** A bound that is met or not, with the error as it is told. */
    private void add(String name, double error, double itsBound) {
        worst = Math.max(worst, error / itsBound * bound);
        values++;
        detail.append(detail.isEmpty() ? "" : ", ").append(String.format(Locale.ROOT, "%s %.1e", name, error));
    }

    /** {@link InputException} when the case held nothing to compare: it cannot pass. */
    Judgement judged() {
        if (values == 0) {
            throw new InputException(given.name() + " holds no out.* value that " + given.component() + " gives");
        }
        return new Judgement(worst, bound, values == 1 ? "" : detail.toString());
    }

    static double[] doubles(float[] values) {
        var doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    /** A picture [height, width, 3] of bytes. */
    static RgbImage image(ParityCase given, String name) {
        var values = given.values().longs(name);
        var rgb = new byte[values.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) values[i];
        }
        return new RgbImage(given.dim(name, 1), given.dim(name, 0), rgb);
    }
}
