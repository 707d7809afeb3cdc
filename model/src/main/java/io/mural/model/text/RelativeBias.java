package io.mural.model.text;

import io.mural.tensor.Matrix;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;

/**
 * T5's relative position bias (arXiv 1910.10683, section 2.1): a learned number for each head and bucket of the
 * distance from query to key; half of the buckets for keys behind, half for keys ahead, growing with the logarithm.
 *
 * @param table [buckets, heads]
 */
record RelativeBias(Matrix table, int maxDistance) {
    /** The bias of every distance: [heads, 2 tokens - 1], column {@code key - query + tokens - 1}. */
    Tensor forDistances(Ops ops, int tokens) {
        int heads = table.cols();
        int[] buckets = buckets(tokens);
        int distances = buckets.length;
        var values = new float[heads * distances];
        for (int column = 0; column < distances; column++) {
            for (int head = 0; head < heads; head++) {
                values[head * distances + column] = table.get(buckets[column], head);
            }
        }
        return ops.tensor(values, heads, distances);
    }

    /** The row of the table for every column of {@link #forDistances}. */
    int[] buckets(int tokens) {
        var buckets = new int[2 * tokens - 1];
        for (int column = 0; column < buckets.length; column++) {
            buckets[column] = bucket(column - tokens + 1);
        }
        return buckets;
    }

    /** The bucket of {@code distance} = key position - query position. */
    int bucket(int distance) {
        int half = table.rows() / 2;
        int exact = half / 2;
        int base = distance > 0 ? half : 0;
        int size = Math.abs(distance);
        if (size < exact) {
            return base + size;
        }
        // The reference computes this in float32; the boundaries fall where rounding agrees.
        float ratio = (float) Math.log((float) size / exact) / (float) Math.log((double) maxDistance / exact);
        int far = exact + (int) (ratio * (half - exact));
        return base + Math.min(far, half - 1);
    }
}
