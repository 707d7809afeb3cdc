package io.mural.evaluate.measure;

import java.util.Arrays;
import java.util.TreeMap;
import org.apache.commons.math3.stat.regression.SimpleRegression;

/**
 * Borders that a picture shows at a period, and layouts that repeat: found without weights and without another picture.
 * All are told across columns (vertical borders) and across rows.
 */
public final class Seams {
    /** What a seam must reach, where its phase is the worst of all, to fail. */
    public static final double LARGEST_SEAM = 1.05;
    /** From where on rows that repeat fail. */
    public static final double LARGEST_BANDS = 0.6;
    /** Up to where a guide counts as free of bands. */
    public static final double CLEAN_GUIDE = 0.3;

    private static final int HARMONICS = 8;
    /** Levels of luma that are rounding, not a picture. */
    private static final double FLAT = 1e-6;

    private static final int BESIDE = 2;

    private Seams() {}

    /**
     * One axis at one period p.
     *
     * @param seam mean step at multiples of p, over the mean step at least two pixels from one; 1 without a seam
     * @param share part of the p phases whose mean step is at least as large as that of phase 0: 1/p where borders are
     *     the worst place there is
     * @param comb mean power of the steps at the first harmonics of 1/p, over the median power around them
     */
    public record Axis(int period, double seam, double share, double comb) {
        /** Whether this axis shows its period: borders are the worst phase and clearly so. */
        public boolean fails() {
            return seam >= LARGEST_SEAM && share * period < 1.5;
        }
    }

    /** Both axes at one period. */
    public record Periodic(Axis columns, Axis rows) {
        public boolean fails() {
            return columns.fails() || rows.fails();
        }
    }

    /** The largest correlation of the picture's columns, and of its rows, with those further on: 1 for a stripe pattern. */
    public record Bands(double columns, double rows) {
        /** Whether rows repeat; {@code guide} is what the small picture before it shows, if there is one. */
        public boolean fails(double guide) {
            return rows >= LARGEST_BANDS && guide < CLEAN_GUIDE;
        }
    }

    /** Seams at a period of at least 2 and at most half of both sides. */
    public static Periodic at(StepProfiles profiles, int period) {
        return new Periodic(axis(profiles.columnSteps(), period), axis(profiles.rowSteps(), period));
    }

    public static Bands bands(StepProfiles profiles) {
        return new Bands(repetition(profiles.columnMeans()), repetition(profiles.rowMeans()));
    }

    private static Axis axis(double[] steps, int period) {
        var phases = new double[period];
        var counts = new int[period];
        double inside = 0;
        int places = 0;
        for (int j = 1; j < steps.length; j++) {
            int phase = j % period;
            phases[phase] += steps[j];
            counts[phase]++;
            if (Math.min(phase, period - phase) >= BESIDE) {
                inside += steps[j];
                places++;
            }
        }
        for (int phase = 0; phase < period; phase++) {
            phases[phase] /= counts[phase];
        }
        int atLeast = 0;
        for (double phase : phases) {
            atLeast += phase >= phases[0] ? 1 : 0;
        }
        return new Axis(period, ratio(phases[0], inside / places), (double) atLeast / period, comb(steps, period));
    }

    /** 1 where there is nothing to compare: a picture of one colour has no seams. */
    private static double ratio(double above, double below) {
        return above == 0 && !(below > 0) ? 1 : above / below;
    }

    private static double comb(double[] steps, int period) {
        // The first entry is no step. A whole number of periods makes the harmonics exact frequencies.
        int length = (steps.length - 1) / period * period;
        int spacing = length / period;
        var profile = Arrays.copyOfRange(steps, 1, 1 + length);
        double mean = Arrays.stream(profile).average().orElse(0);
        for (int j = 0; j < length; j++) {
            profile[j] -= mean;
        }
        var waves = Waves.of(length);
        int half = spacing / 2;
        int last = Math.min(HARMONICS, length / 2 / spacing);
        double harmonics = 0;
        var around = new TreeMap<Integer, Double>();
        for (int k = 1; k <= last; k++) {
            harmonics += waves.power(profile, k * spacing) / last;
            for (int f = k * spacing - half; f <= Math.min(k * spacing + half, length / 2); f++) {
                if (Math.abs(f - k * spacing) >= BESIDE) {
                    around.computeIfAbsent(f, frequency -> waves.power(profile, frequency));
                }
            }
        }
        if (around.isEmpty()) {
            return Double.NaN;
        }
        return ratio(
                harmonics,
                median(around.values().stream().mapToDouble(d -> d).sorted().toArray()));
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** One turn of the circle in n parts. */
    private record Waves(double[] cosines, double[] sines) {
        static Waves of(int n) {
            var waves = new Waves(new double[n], new double[n]);
            for (int j = 0; j < n; j++) {
                waves.cosines[j] = Math.cos(2 * Math.PI * j / n);
                waves.sines[j] = Math.sin(2 * Math.PI * j / n);
            }
            return waves;
        }

        /** Squared magnitude of one frequency of the discrete Fourier transform. */
        double power(double[] values, int frequency) {
            int n = values.length;
            double real = 0;
            double imaginary = 0;
            for (int j = 0, turn = 0; j < n; j++) {
                real += values[j] * cosines[turn];
                imaginary += values[j] * sines[turn];
                turn += frequency;
                turn -= turn >= n ? n : 0;
            }
            return real * real + imaginary * imaginary;
        }
    }

    /**
     * The largest correlation of a profile, less its straight trend, with itself at lags of 1/8 to 1/2 of its length,
     * after the first lag at which it is negative: before that it is smoothness, not repetition.
     */
    private static double repetition(double[] profile) {
        int n = profile.length;
        var trend = new SimpleRegression();
        for (int j = 0; j < n; j++) {
            trend.addData(j, profile[j]);
        }
        var rest = new double[n];
        for (int j = 0; j < n; j++) {
            rest[j] = profile[j] - trend.getIntercept() - trend.getSlope() * j;
        }
        if (Arrays.stream(rest).allMatch(value -> Math.abs(value) < FLAT)) {
            return 0;
        }
        boolean negative = false;
        double largest = Double.NEGATIVE_INFINITY;
        for (int lag = 1; lag <= n / 2; lag++) {
            double correlation = correlation(rest, lag);
            negative |= correlation < 0;
            if (negative && lag >= n / 8) {
                largest = Math.max(largest, correlation);
            }
        }
        return negative && largest > Double.NEGATIVE_INFINITY ? largest : 0;
    }

    private static double correlation(double[] values, int lag) {
        double product = 0;
        double first = 0;
        double second = 0;
        for (int j = 0; j + lag < values.length; j++) {
            product += values[j] * values[j + lag];
            first += values[j] * values[j];
            second += values[j + lag] * values[j + lag];
        }
        double size = Math.sqrt(first * second);
        return size > 0 ? product / size : 0;
    }
}
