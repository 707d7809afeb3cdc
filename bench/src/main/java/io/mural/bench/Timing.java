package io.mural.bench;

import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

/** The seconds that repeated calls took. */
record Timing(int samples, double median, double lowerQuartile, double upperQuartile) {
    static Timing of(double[] seconds) {
        var statistics = new DescriptiveStatistics(seconds);
        return new Timing(
                seconds.length,
                statistics.getPercentile(50),
                statistics.getPercentile(25),
                statistics.getPercentile(75));
    }

    /** Distance of the quartiles, relative to the median. */
    double spread() {
        return (upperQuartile - lowerQuartile) / median;
    }
}
