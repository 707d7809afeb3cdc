package io.mural.evaluate.set;

import io.mural.evaluate.measure.FeatureMoments;
import io.mural.evaluate.measure.Frechet;
import io.mural.tensor.InputException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;

/**
 * Rows of features as they come. The first are kept; when there are more than memory is to hold, the moments of all take
 * their place for FID, and the rows kept still serve KID, precision and recall.
 */
final class FeatureRows {
    /** Rows kept of a set; 20,000 of 2048 features take 160 MB. */
    private static final int MOST_KEPT = 20_000;

    /** Rows added to the moments together. */
    private static final int BLOCK = 64;

    private final int columns;
    private final FeatureMoments moments;
    private float[] kept = new float[0];
    private int keptRows;
    private float[] waiting = new float[0];
    private long rows;

    FeatureRows(int columns) {
        this.columns = columns;
        moments = new FeatureMoments(columns);
    }

    /** Adds rows, [n, columns]. */
    void add(float[] values) {
        int count = values.length / columns;
        rows += count;
        int room = Math.min(count, MOST_KEPT - keptRows);
        if (room > 0) {
            int needed = (keptRows + room) * columns;
            if (kept.length < needed) {
                kept = Arrays.copyOf(kept, Math.max(needed, Math.min(2 * kept.length, MOST_KEPT * columns)));
            }
            System.arraycopy(values, 0, kept, keptRows * columns, room * columns);
            keptRows += room;
        }
        waiting = joined(waiting, values);
        if (waiting.length >= BLOCK * columns) {
            flush();
        }
    }

    private static float[] joined(float[] a, float[] b) {
        var joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }

    private void flush() {
        moments.add(waiting);
        waiting = new float[0];
    }

    int columns() {
        return columns;
    }

    long rows() {
        return rows;
    }

    /** The rows themselves, if all of them were kept; else the first. */
    float[] values() {
        return Arrays.copyOf(kept, keptRows * columns);
    }

    boolean complete() {
        return rows == keptRows;
    }

    /** Mean and covariance of all rows; {@link InputException} for fewer than two. */
    Frechet.Stored stored() {
        flush();
        return new Frechet.Stored(moments.mean(), moments.covariance());
    }

    /** What FID takes: the rows where they are fewer than the features, else their moments. */
    Frechet.Side side() {
        return complete() && rows < columns ? Frechet.Rows.of(values(), columns) : stored();
    }

    /** The rows of a subset drawn with replacement, for a bootstrap. */
    Optional<float[]> resampled(Random random) {
        if (!complete()) {
            return Optional.empty();
        }
        var drawn = new float[keptRows * columns];
        for (int i = 0; i < keptRows; i++) {
            System.arraycopy(kept, random.nextInt(keptRows) * columns, drawn, i * columns, columns);
        }
        return Optional.of(drawn);
    }
}
