package io.mural.train.parity;

import io.mural.model.parity.OtherCases.Judgement;
import io.mural.model.parity.ParityCase;
import io.mural.tensor.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Values and gradients of a case against the reference's. Values are judged by the largest difference over the largest
 * value. A gradient is judged by {@code max |mine - out| <= 1e-4 max |out| + 1e-6 largest}, with the largest of all
 * gradients of the case: in one number, the difference over {@code max |out| + largest / 100}.
 */
final class Judged {
    static final double BOUND = 1e-4;
    private static final double SHARE_OF_LARGEST = 0.01;

    private record Pair(String name, float[] mine, float[] expected) {}

    private final ParityCase given;
    private final List<Pair> values = new ArrayList<>();
    private final List<Pair> gradients = new ArrayList<>();

    Judged(ParityCase given) {
        this.given = given;
    }

    /** A result, compared with {@code out.<name>}. */
    void value(String name, float... mine) {
        values.add(pair("out." + name, mine));
    }

    /** A gradient, compared with {@code out.grad.<name>}. */
    void gradient(String name, float... mine) {
        gradients.add(pair("out.grad." + name, mine));
    }

    private Pair pair(String name, float... mine) {
        var expected = given.floats(name);
        if (expected.length != mine.length) {
            throw new InputException(name + " has " + mine.length + " values here but " + expected.length
                    + " in the case; the case and the model do not belong together");
        }
        return new Pair(name, mine, expected);
    }

    Judgement judgement() {
        return judgement(BOUND);
    }

    Judgement judgement(double bound) {
        double largest = 0;
        for (var pair : gradients) {
            largest = Math.max(largest, largest(pair.expected()));
        }
        double worst = 0;
        var detail = "";
        for (var pair : values) {
            double error = error(pair, 0);
            if (!(error <= worst)) {
                worst = error;
                detail = pair.name();
            }
        }
        for (var pair : gradients) {
            double error = error(pair, SHARE_OF_LARGEST * largest);
            if (!(error <= worst)) {
                worst = error;
                detail = pair.name();
            }
        }
        return new Judgement(worst, bound, detail);
    }

    private static double error(Pair pair, double allowance) {
        double difference = 0;
        for (int i = 0; i < pair.mine().length; i++) {
            // Math.max passes a NaN on.
            difference = Math.max(difference, Math.abs((double) pair.mine()[i] - pair.expected()[i]));
        }
        return difference == 0 ? 0 : difference / (largest(pair.expected()) + allowance);
    }

    private static double largest(float... values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs((double) value));
        }
        return largest;
    }
}
