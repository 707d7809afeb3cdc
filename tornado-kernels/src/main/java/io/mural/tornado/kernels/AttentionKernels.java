package io.mural.tornado.kernels;

import io.mural.tornado.device.AttentionTable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@code softmax(scale q k^T + distanceBias) v} over the tiles of an {@link AttentionTable}: dense, causal, windowed
 * and hierarchical attention are one kernel, grouped query heads included. Scores live for one tile of 32 keys (online
 * softmax, arXiv 1805.02867, 2205.14135).
 *
 * <p>A work-group of 64 takes up to 32 queries and 128 columns of one head; each work-item sums two columns of all
 * queries in registers. Of a head wider than 128 (an autoencoder's) several groups make the same scores.
 *
 * <p>Parameters: tiles, heads, out, q, k, v (offset and stride each), headDim, query heads a key head, table, its
 * limits, bias (-1 without one), its stride, queries, f: the scale.
 */
public final class AttentionKernels {
    /** Numbers a tile has in the table: its first query, its queries, its first run, its runs. */
    public static final int TILE_FIELDS = 4;

    public static final int THREADS = 64;
    public static final int QUERIES = 32;
    public static final int COLUMNS = 2 * THREADS;
    private static final int KEYS = 32;
    private static final int SLICE = 32;
    private static final int PITCH = KEYS + 1;
    /** Queries of which a work-item makes the scores with one key. */
    private static final int HALF = QUERIES / 2;
    /** What hidden pairs score, and below what a score is a hidden pair's. */
    private static final float HIDDEN = -3e38f;

    private static final float LEAST = -1e38f;

    private AttentionKernels() {}

    static void attention(
            KernelContext c,
            IntArray p,
            FloatArray f,
            FloatArray q,
            FloatArray k,
            FloatArray v,
            FloatArray table,
            FloatArray bias,
            FloatArray out) {
        float[] qs = c.allocateFloatLocalArray(QUERIES * PITCH);
        float[] ks = c.allocateFloatLocalArray(KEYS * PITCH);
        float[] scores = c.allocateFloatLocalArray(QUERIES * PITCH);
        float[] largest = c.allocateFloatLocalArray(QUERIES);
        float[] sums = c.allocateFloatLocalArray(QUERIES);
        float[] factors = c.allocateFloatLocalArray(QUERIES);
        float[] part = new float[HALF];
        float[] left = new float[QUERIES];
        float[] right = new float[QUERIES];
        int thread = c.localIdx;
        int threads = c.localGroupSizeX;
        int keys = threads / 2;
        int headDim = p.get(10);
        int tile = p.get(12) + c.groupIdx % p.get(0) * TILE_FIELDS;
        int head = c.groupIdx / p.get(0) % p.get(1);
        int column = c.groupIdx / p.get(0) / p.get(1) * COLUMNS + thread;
        int first = (int) table.get(tile);
        int count = (int) table.get(tile + 1);
        int run = p.get(12) + (int) table.get(tile + 2);
        int end = run + 2 * (int) table.get(tile + 3);
        for (int i = 0; i < QUERIES; i++) {
            left[i] = 0;
            right[i] = 0;
        }
        if (thread < QUERIES) {
            largest[thread] = HIDDEN;
            sums[thread] = 0;
        }
        c.localBarrier();
        for (; run < end; run += 2) {
            int to = (int) table.get(run + 1);
            for (int key0 = (int) table.get(run); key0 < to; key0 += keys) {
                for (int i = 0; i < HALF; i++) {
                    part[i] = 0;
                }
                for (int d0 = 0; d0 < headDim; d0 += keys) {
                    for (int i = thread; i < QUERIES * SLICE; i += threads) {
                        int place = i / SLICE * PITCH + i % SLICE;
                        int d = d0 + i % SLICE;
                        qs[place] = query(p, q, head, first + i / SLICE, first + count, d);
                        ks[place] = key(p, k, head, key0 + i / SLICE, to, d);
                    }
                    c.localBarrier();
                    for (int d = 0; d < keys; d++) {
                        float value = ks[thread % KEYS * PITCH + d];
                        int row = thread / KEYS * HALF * PITCH + d;
                        for (int i = 0; i < HALF; i++) {
                            part[i] += qs[row + i * PITCH] * value;
                        }
                    }
                    c.localBarrier();
                }
                for (int i = 0; i < HALF; i++) {
                    int row = thread / KEYS * HALF + i;
                    int key = key0 + thread % KEYS;
                    float value = HIDDEN;
                    if (row < count && key < to) {
                        value = score(p, f, table, bias, head, first + row, key, part[i]);
                    }
                    scores[row * PITCH + thread % KEYS] = value;
                }
                c.localBarrier();
                if (thread < QUERIES) {
                    float before = largest[thread];
                    float max = before;
                    for (int j = 0; j < keys; j++) {
                        max = TornadoMath.max(max, scores[thread * PITCH + j]);
                    }
                    float sum = 0;
                    for (int j = 0; j < keys; j++) {
                        float weight = weight(scores[thread * PITCH + j], max);
                        scores[thread * PITCH + j] = weight;
                        sum += weight;
                    }
                    float factor = weight(before, max);
                    largest[thread] = max;
                    factors[thread] = factor;
                    sums[thread] = sums[thread] * factor + sum;
                }
                c.localBarrier();
                for (int i = 0; i < QUERIES; i++) {
                    left[i] *= factors[i];
                    right[i] *= factors[i];
                }
                int used = TornadoMath.min(keys, to - key0);
                for (int j = 0; j < used; j++) {
                    float one = value(p, v, head, key0 + j, column);
                    float other = value(p, v, head, key0 + j, column + THREADS);
                    for (int i = 0; i < QUERIES; i++) {
                        float weight = scores[i * PITCH + j];
                        left[i] += weight * one;
                        right[i] += weight * other;
                    }
                }
            }
        }
        for (int i = 0; i < QUERIES; i++) {
            if (i < count) {
                store(p, out, head, first + i, column, left[i] / sums[i]);
                store(p, out, head, first + i, column + THREADS, right[i] / sums[i]);
            }
        }
    }

    private static float query(IntArray p, FloatArray q, int head, int query, int end, int d) {
        float value = 0;
        if (query < end && d < p.get(10)) {
            value = q.get(p.get(4) + query * p.get(5) + head * p.get(10) + d);
        }
        return value;
    }

    private static float key(IntArray p, FloatArray k, int head, int key, int end, int d) {
        float value = 0;
        if (key < end && d < p.get(10)) {
            value = k.get(p.get(6) + key * p.get(7) + head / p.get(11) * p.get(10) + d);
        }
        return value;
    }

    private static float value(IntArray p, FloatArray v, int head, int key, int column) {
        float value = 0;
        if (column < p.get(10)) {
            value = v.get(p.get(8) + key * p.get(9) + head / p.get(11) * p.get(10) + column);
        }
        return value;
    }

    /** Hidden where the key lies beyond the end of what the query sees. */
    private static float score(
            IntArray p, FloatArray f, FloatArray table, FloatArray bias, int head, int query, int key, float product) {
        float value = HIDDEN;
        if (key < (int) table.get(p.get(13) + query)) {
            value = product * f.get(0);
            if (p.get(14) >= 0) {
                value += bias.get(p.get(14) + head * p.get(15) + key - query + p.get(16) - 1);
            }
        }
        return value;
    }

    private static float weight(float score, float max) {
        float weight = 0;
        if (score > LEAST) {
            weight = TornadoMath.exp(score - max);
        }
        return weight;
    }

    private static void store(IntArray p, FloatArray out, int head, int query, int column, float value) {
        if (column < p.get(10)) {
            out.set(p.get(2) + query * p.get(3) + head * p.get(10) + column, value);
        }
    }
}
