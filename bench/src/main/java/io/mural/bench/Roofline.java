package io.mural.bench;

import io.mural.tensor.cpu.Threads;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What the processor can do at most, measured in the same run as what is judged by it.
 *
 * @param gflops float32 fused multiply-adds from registers, two operations each
 * @param gigabytes read from memory in a second
 */
record Roofline(double gflops, double gigabytes) {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int REPEATS = 7;
    private static final int STEPS = 40_000_000;
    /** Independent chains: enough to hide the latency of two units. */
    private static final int CHAINS = 12;
    /** Floats that no cache holds. */
    private static final int LARGE = 48 << 20;

    static Roofline measure(int threads) {
        try (var workers = new Threads(threads)) {
            double[] rates = new double[REPEATS];
            for (int i = 0; i < REPEATS; i++) {
                long start = System.nanoTime();
                workers.run(threads, (task, worker) -> keep(multiplyAdd(STEPS)));
                rates[i] = 2.0 * CHAINS * SPECIES.length() * STEPS * threads / (System.nanoTime() - start);
            }
            return new Roofline(best(rates), bandwidth(workers));
        }
    }

    private static double bandwidth(Threads workers) {
        var data = new float[LARGE];
        int parts = workers.count();
        double[] rates = new double[REPEATS];
        for (int i = 0; i < REPEATS; i++) {
            long start = System.nanoTime();
            workers.run(parts, (task, worker) -> {
                int from = (int) ((long) LARGE * task / parts);
                int to = (int) ((long) LARGE * (task + 1) / parts);
                keep(sum(data, from, to));
            });
            rates[i] = (double) LARGE * Float.BYTES / (System.nanoTime() - start);
        }
        return best(rates);
    }

    /** The limit is what was reached once: everything that disturbs makes it slower. */
    private static double best(double[] rates) {
        return java.util.Arrays.stream(rates).max().orElseThrow();
    }

    private static float multiplyAdd(int steps) {
        var factor = FloatVector.broadcast(SPECIES, 0.999f);
        var c0 = FloatVector.zero(SPECIES);
        FloatVector c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0;
        FloatVector c6 = c0, c7 = c0, c8 = c0, c9 = c0, c10 = c0, c11 = c0;
        for (int i = 0; i < steps; i++) {
            c0 = c0.fma(factor, factor);
            c1 = c1.fma(factor, factor);
            c2 = c2.fma(factor, factor);
            c3 = c3.fma(factor, factor);
            c4 = c4.fma(factor, factor);
            c5 = c5.fma(factor, factor);
            c6 = c6.fma(factor, factor);
            c7 = c7.fma(factor, factor);
            c8 = c8.fma(factor, factor);
            c9 = c9.fma(factor, factor);
            c10 = c10.fma(factor, factor);
            c11 = c11.fma(factor, factor);
        }
        var sum = c0.add(c1).add(c2).add(c3).add(c4).add(c5);
        return sum.add(c6).add(c7).add(c8).add(c9).add(c10).add(c11).lane(0);
    }

    private static float sum(float[] x, int from, int to) {
        var s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0, s2 = s0, s3 = s0;
        int step = SPECIES.length();
        for (int i = from; i <= to - 4 * step; i += 4 * step) {
            s0 = s0.add(FloatVector.fromArray(SPECIES, x, i));
            s1 = s1.add(FloatVector.fromArray(SPECIES, x, i + step));
            s2 = s2.add(FloatVector.fromArray(SPECIES, x, i + 2 * step));
            s3 = s3.add(FloatVector.fromArray(SPECIES, x, i + 3 * step));
        }
        return s0.add(s1).add(s2).add(s3).lane(0);
    }

    /** Makes the compiler believe that a result is used. */
    private static void keep(float value) {
        if (value == 12345.678f) {
            throw new IllegalStateException("an unlikely sum");
        }
    }
}
