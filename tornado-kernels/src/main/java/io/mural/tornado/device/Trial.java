package io.mural.tornado.device;

import io.mural.tensor.Tensor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Finds which of two ways to make a tensor is faster, the Java kernel or a library, and holds what the library made against
 * what the kernel made.
 */
public final class Trial {
    private static final int RUNS = 3;

    /**
     * Rounding operands and result costs about 2^-9 of the result's size in bfloat16 and 2^-10 in float16; a wrong place costs
     * all of it.
     */
    private static final double MOST_DEVIATION = 0x1p-5;

    private final Recorder recorder;
    private final Grids grids;
    private final Scratch scratch;
    private final Consumer<String> notices;
    private final Consumer<String> details;

    /**
     * @param notices told of decisions that a user should know
     * @param details told of every measurement
     */
    public Trial(Recorder recorder, Grids grids, Scratch scratch, Consumer<String> notices, Consumer<String> details) {
        this.recorder = recorder;
        this.grids = grids;
        this.scratch = scratch;
        this.notices = notices;
        this.details = details;
    }

    /**
     * Two ways to make the same tensor [rows, columns], each of which records how.
     *
     * @param what is made, for messages
     * @param library its name, for messages
     */
    public record Ways(
            String what,
            String library,
            int rows,
            int columns,
            Consumer<Tensor> byKernel,
            Consumer<Tensor> byLibrary) {}

    /** Whether the library is to be used: what it makes is close to what the kernel makes, and it takes less time. */
    public boolean libraryWins(Ways ways, LongSupplier clock) {
        recorder.flush(); // operands have their values afterwards
        var out = scratch.take(ways.rows(), ways.columns());
        long kernel = time(ways.byKernel(), out, clock);
        var right = sample(out);
        long library = time(ways.byLibrary(), out, clock);
        double deviation = deviation(right, sample(out));
        scratch.giveBack(out);
        if (!(deviation <= MOST_DEVIATION)) {
            notices.accept("%s: %s is %.1e off the Java kernel, which is used instead"
                    .formatted(ways.what(), ways.library(), deviation));
            return false;
        }
        boolean wins = library < kernel;
        details.accept("%s: %s %.3f ms, %.1e off the Java kernel, which takes %.3f ms; %s is used"
                .formatted(
                        ways.what(),
                        ways.library(),
                        library / 1e6,
                        deviation,
                        kernel / 1e6,
                        wins ? ways.library() : "the kernel"));
        return wins;
    }

    /** The least of a few runs, in nanoseconds, after one that builds; each waits for one element of the result. */
    private long time(Consumer<Tensor> way, Tensor out, LongSupplier clock) {
        var last = out.rows(0, 1).columns(0, 1);
        long least = Long.MAX_VALUE;
        for (int run = 0; run <= RUNS; run++) {
            long start = clock.getAsLong();
            way.accept(out);
            recorder.fetch(last, grids);
            long took = clock.getAsLong() - start;
            least = run == 0 ? least : Math.min(least, took);
        }
        return least;
    }

    /** The first, the middle and the last row. */
    private float[][] sample(Tensor out) {
        int last = out.rows() - 1;
        return new float[][] {
            recorder.fetch(out.rows(0, 1), grids),
            recorder.fetch(out.rows(last / 2, last / 2 + 1), grids),
            recorder.fetch(out.rows(last, last + 1), grids)
        };
    }

    /** Root mean square of the difference, relative to that of {@code right}; NaN where either is. */
    private static double deviation(float[][] right, float[][] actual) {
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
