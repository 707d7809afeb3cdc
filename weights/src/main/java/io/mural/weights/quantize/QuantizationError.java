package io.mural.weights.quantize;

import io.mural.tensor.Matrix;

/**
 * What rounding did to weights.
 *
 * @param errors sum of squared errors
 * @param squares sum of squared weights
 * @param largest error, as a magnitude
 * @param count weights
 */
public record QuantizationError(double errors, double squares, double largest, long count) {
    /** Of no weights. */
    public static final QuantizationError NONE = new QuantizationError(0, 0, 0, 0);

    /** Root of the mean squared error over the root of the mean squared weight. */
    public double relative() {
        return squares == 0 ? 0 : Math.sqrt(errors / squares);
    }

    /** Largest error over the root of the mean squared weight. */
    public double worst() {
        return squares == 0 ? 0 : largest / Math.sqrt(squares / count);
    }

    /** Of these weights and others. */
    public QuantizationError plus(QuantizationError other) {
        return new QuantizationError(
                errors + other.errors, squares + other.squares, Math.max(largest, other.largest), count + other.count);
    }

    /** Of the weights {@code before} and what became of them. */
    static QuantizationError of(float[] before, Matrix after) {
        double errors = 0;
        double squares = 0;
        double largest = 0;
        for (int i = 0; i < before.length; i++) {
            double error = (double) after.get(0, i) - before[i];
            errors += error * error;
            squares += (double) before[i] * before[i];
            largest = Math.max(largest, Math.abs(error));
        }
        return new QuantizationError(errors, squares, largest, before.length);
    }
}
