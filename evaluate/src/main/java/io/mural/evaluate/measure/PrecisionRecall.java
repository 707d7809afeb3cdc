package io.mural.evaluate.measure;

import io.mural.tensor.InputException;
import java.util.Arrays;

/**
 * Precision and recall of generated pictures (arXiv 1904.06991): how many lie within the balls around real ones, as
 * large as the distance of each to its k-th neighbour, and the other way round.
 */
public final class PrecisionRecall {
    private PrecisionRecall() {}

    /** Both shares, 0 to 1. */
    public record Result(double precision, double recall) {}

    /**
     * @param generated [rows, features]
     * @param real [rows, features]
     */
    public static Result of(float[] generated, float[] real, int features, int neighbours) {
        return new Result(
                covered(generated, real, features, neighbours), covered(real, generated, features, neighbours));
    }

    /** The share of {@code points} in a ball of one of {@code manifold}. */
    private static double covered(float[] points, float[] manifold, int features, int neighbours) {
        int balls = manifold.length / features;
        if (balls <= neighbours) {
            throw new InputException("precision and recall with " + neighbours + " neighbours take more than "
                    + neighbours + " pictures on each side");
        }
        var radii = new double[balls];
        for (int i = 0; i < balls; i++) {
            var distances = new double[balls];
            for (int j = 0; j < balls; j++) {
                distances[j] = squared(manifold, i, manifold, j, features);
            }
            Arrays.sort(distances);
            // The nearest is the point itself.
            radii[i] = distances[neighbours];
        }
        int count = points.length / features;
        int inside = 0;
        for (int i = 0; i < count; i++) {
            boolean found = false;
            for (int j = 0; j < balls && !found; j++) {
                found = squared(points, i, manifold, j, features) <= radii[j];
            }
            inside += found ? 1 : 0;
        }
        return (double) inside / count;
    }

    private static double squared(float[] a, int i, float[] b, int j, int features) {
        double sum = 0;
        for (int f = 0, at = i * features, other = j * features; f < features; f++) {
            double difference = (double) a[at + f] - b[other + f];
            sum += difference * difference;
        }
        return sum;
    }
}
