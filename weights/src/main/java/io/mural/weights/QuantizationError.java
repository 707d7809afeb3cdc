package io.mural.weights;

/**
 * What rounding did to the weights of a tensor.
 *
 * @param relative root of the mean squared error over the root of the mean squared weight
 * @param worst largest error over the root of the mean squared weight
 */
public record QuantizationError(double relative, double worst) {

    /** Sums errors up, over a tensor or over several. */
    public static final class Sum {
        private double errors;
        private double squares;
        private double largest;
        private long count;

        void add(float before, float after) {
            double error = (double) after - before;
            errors += error * error;
            squares += (double) before * before;
            largest = Math.max(largest, Math.abs(error));
            count++;
        }

        boolean isFinite() {
            return Double.isFinite(errors);
        }

        QuantizationError error() {
            return squares == 0
                    ? new QuantizationError(0, 0)
                    : new QuantizationError(Math.sqrt(errors / squares), largest / Math.sqrt(squares / count));
        }
    }
}
