package io.mural.tornado;

import io.mural.tensor.Tensor;
import java.util.function.LongSupplier;

/** Times ways to make a tensor, and compares what they made. */
final class Trial {
    private static final int RUNS = 3;

    private final Recorder recorder;
    private final Grids grids;
    private final LongSupplier clock;
    private final Tensor out;

    /** @param out what every way writes */
    Trial(Recorder recorder, Grids grids, LongSupplier clock, Tensor out) {
        this.recorder = recorder;
        this.grids = grids;
        this.clock = clock;
        this.out = out;
    }

    /** The least of a few runs, in nanoseconds, after one that builds; each waits for one element of the result. */
    long time(Runnable record) {
        var last = out.rows(0, 1).columns(0, 1);
        long least = Long.MAX_VALUE;
        for (int run = 0; run <= RUNS; run++) {
            long start = clock.getAsLong();
            record.run();
            recorder.fetch(last, grids);
            long took = clock.getAsLong() - start;
            least = run == 0 ? least : Math.min(least, took);
        }
        return least;
    }

    /** The first, the middle and the last row. */
    float[][] sample() {
        int last = out.rows() - 1;
        return new float[][] {
            recorder.fetch(out.rows(0, 1), grids),
            recorder.fetch(out.rows(last / 2, last / 2 + 1), grids),
            recorder.fetch(out.rows(last, last + 1), grids)
        };
    }

    /** Root mean square of the difference, relative to that of {@code right}; NaN where either is. */
    static double deviation(float[][] right, float[][] actual) {
        double difference = 0;
        double size = 0;
        for (int row = 0; row < right.length; row++) {
            for (int i = 0; i < right[row].length; i++) {
                difference += Math.pow((double) actual[row][i] - right[row][i], 2);
                size += Math.pow(right[row][i], 2);
            }
        }
        return difference == 0 ? 0 : Math.sqrt(difference / size);
    }
}
