package io.mural.evaluate.measure;

import java.util.Arrays;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;

/**
 * A figure with the interval that holds its true value in 95 of 100 samples.
 *
 * @param low NaN where no interval is known
 * @param high NaN where no interval is known
 */
public record Interval(double value, double low, double high) {
    private static final double CONFIDENCE = 0.95;

    /** Without an interval. */
    public static Interval of(double value) {
        return new Interval(value, Double.NaN, Double.NaN);
    }

    /** The mean of independent values, by Student's t. */
    public static Interval ofMean(double[] values) {
        var statistics = new SummaryStatistics();
        for (double value : values) {
            statistics.addValue(value);
        }
        double mean = statistics.getMean();
        if (values.length < 2) {
            return of(mean);
        }
        // The constructor without a generator: quantiles draw nothing.
        double t = new TDistribution(null, values.length - 1).inverseCumulativeProbability((1 + CONFIDENCE) / 2);
        double reach = t * statistics.getStandardDeviation() / Math.sqrt(values.length);
        return new Interval(mean, mean - reach, mean + reach);
    }

    /**
     * By the basic bootstrap: the spread of {@code resampled} about the value, turned around, which takes off the bias
     * that resampling itself has.
     */
    public static Interval bootstrap(double value, double[] resampled) {
        if (resampled.length < 2) {
            return of(value);
        }
        var percentile = new Percentile();
        percentile.setData(Arrays.copyOf(resampled, resampled.length));
        double tail = 100 * (1 - CONFIDENCE) / 2;
        return new Interval(value, 2 * value - percentile.evaluate(100 - tail), 2 * value - percentile.evaluate(tail));
    }

    public boolean known() {
        return !Double.isNaN(low);
    }
}
