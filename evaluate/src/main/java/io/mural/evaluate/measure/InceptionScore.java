package io.mural.evaluate.measure;

import io.mural.tensor.InputException;
import java.util.Arrays;
import java.util.List;

/**
 * The Inception score (arXiv 1606.03498): exp of the mean divergence of a picture's classes from those of all pictures,
 * KL(p(y|x) || p(y)). Over splits in the order given: mean and population deviation.
 */
public final class InceptionScore {
    private InceptionScore() {}

    /**
     * Over all splits.
     *
     * @param deviation of the splits' scores, over their number
     * @param scores one a split
     */
    public record Result(double mean, double deviation, List<Double> scores) {
        /** The mean with its interval, where there is more than one split. */
        public Interval interval() {
            return Interval.ofMean(
                    scores.stream().mapToDouble(Double::doubleValue).toArray());
        }
    }

    /**
     * @param logits [rows, classes]
     * @param splits split i is the rows floor(i n / splits) to floor((i + 1) n / splits)
     */
    public static Result of(float[] logits, int classes, int splits) {
        int rows = logits.length / classes;
        if (splits < 1 || rows < splits) {
            throw new InputException("the Inception score in " + splits + " splits takes at least as many pictures, but"
                    + " there are " + rows + "; take fewer splits");
        }
        var scores = new double[splits];
        double mean = 0;
        for (int i = 0; i < splits; i++) {
            int from = (int) ((long) i * rows / splits);
            int to = (int) ((long) (i + 1) * rows / splits);
            scores[i] = score(logits, classes, from, to);
            mean += scores[i] / splits;
        }
        double squares = 0;
        for (double score : scores) {
            squares += (score - mean) * (score - mean) / splits;
        }
        return new Result(
                mean, Math.sqrt(squares), Arrays.stream(scores).boxed().toList());
    }

    private static double score(float[] logits, int classes, int from, int to) {
        var marginal = new double[classes];
        double entropies = 0;
        for (int row = from; row < to; row++) {
            var logs = logProbabilities(logits, row * classes, classes);
            for (int c = 0; c < classes; c++) {
                double p = Math.exp(logs[c]);
                marginal[c] += p / (to - from);
                entropies += p * logs[c] / (to - from);
            }
        }
        double divergence = entropies;
        for (double p : marginal) {
            divergence -= p == 0 ? 0 : p * Math.log(p);
        }
        return Math.exp(divergence);
    }

    private static double[] logProbabilities(float[] logits, int at, int count) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, logits[at + i]);
        }
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Math.exp(logits[at + i] - largest);
        }
        var logs = new double[count];
        for (int i = 0; i < count; i++) {
            logs[i] = logits[at + i] - largest - Math.log(sum);
        }
        return logs;
    }
}
