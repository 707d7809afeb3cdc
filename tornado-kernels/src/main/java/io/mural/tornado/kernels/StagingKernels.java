package io.mural.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What brings rows of q, k and v into float16 arrays [block, head, row, headDim] and results back. float16 ends at 65504,
 * so q, k and v are multiplied by powers of two, found by the largest magnitudes of each call: v by one that brings it
 * between 2^13 and 2^14, taken off the result again; q by one and k by its inverse, so that both are equally large.
 */
public final class StagingKernels {
    /** Where the factors of q, k, v and of the result are, and where the largest magnitudes of groups begin. */
    public static final int Q = 0;

    public static final int K = 1;
    public static final int V = 2;
    public static final int OUT = 3;
    public static final int PARTS = 4;

    /** Most work-groups of {@link #largest}. */
    public static final int GROUPS = 1024;

    /** Numbers a piece of rows has in the table of groups. */
    public static final int GROUP_FIELDS = 4;

    private static final int MOST_THREADS = NormKernels.MOST_THREADS;
    private static final float LEAST = 1e-20f;
    private static final float GOAL = 16384;
    private static final float MOST = 65504;

    private StagingKernels() {}

    /** The largest magnitude of a work-group's elements. Parameters: rows, cols, place of the first result, x. */
    static void largest(KernelContext c, IntArray p, FloatArray f, FloatArray x, FloatArray out) {
        float[] parts = c.allocateFloatLocalArray(MOST_THREADS);
        int cols = p.get(1);
        int count = p.get(0) * cols;
        float largest = 0;
        for (int i = c.globalIdx; i < count; i += c.globalGroupSizeX) {
            float value = x.get(p.get(3) + i / cols * p.get(4) + i % cols);
            largest = TornadoMath.max(largest, TornadoMath.abs(value));
        }
        parts[c.localIdx] = largest;
        c.localBarrier();
        if (c.localIdx == 0) {
            float all = 0;
            for (int i = 0; i < c.localGroupSizeX; i++) {
                all = TornadoMath.max(all, parts[i]);
            }
            out.set(p.get(2) + c.groupIdx, all);
        }
    }

    /** The factors, by one work-group. Parameters: how many magnitudes there are of q, of k and of v each. */
    static void factors(KernelContext c, IntArray p, FloatArray f, FloatArray out) {
        float[] qs = c.allocateFloatLocalArray(MOST_THREADS);
        float[] ks = c.allocateFloatLocalArray(MOST_THREADS);
        float[] vs = c.allocateFloatLocalArray(MOST_THREADS);
        float q = 0;
        float k = 0;
        float v = 0;
        int counts = PARTS + p.get(0);
        int countsOfV = counts + p.get(1);
        for (int i = c.localIdx; i < p.get(0); i += c.localGroupSizeX) {
            q = TornadoMath.max(q, out.get(PARTS + i));
        }
        for (int i = c.localIdx; i < p.get(1); i += c.localGroupSizeX) {
            k = TornadoMath.max(k, out.get(counts + i));
        }
        for (int i = c.localIdx; i < p.get(2); i += c.localGroupSizeX) {
            v = TornadoMath.max(v, out.get(countsOfV + i));
        }
        qs[c.localIdx] = q;
        ks[c.localIdx] = k;
        vs[c.localIdx] = v;
        c.localBarrier();
        if (c.localIdx == 0) {
            for (int i = 0; i < c.localGroupSizeX; i++) {
                q = TornadoMath.max(q, qs[i]);
                k = TornadoMath.max(k, ks[i]);
                v = TornadoMath.max(v, vs[i]);
            }
            float ofQ = balance(TornadoMath.max(q, LEAST), TornadoMath.max(k, LEAST));
            float ofV = reach(v);
            out.set(Q, ofQ);
            out.set(K, 1 / ofQ);
            out.set(V, ofV);
            out.set(OUT, 1 / ofV);
        }
    }

    /** The power of two that makes q as large as its inverse makes k, up to a factor of two. */
    private static float balance(float q, float k) {
        float factor = 1;
        while (q * factor * factor > 2 * k) {
            factor *= 0.5f;
        }
        while (2 * q * factor * factor < k) {
            factor *= 2;
        }
        return factor;
    }

    private static float reach(float v) {
        float factor = 1;
        if (v > LEAST) {
            while (v * factor > GOAL) {
                factor *= 0.5f;
            }
            while (2 * v * factor < GOAL) {
                factor *= 2;
            }
        }
        return factor;
    }

    /**
     * Pieces of rows from x, times a factor and rounded; a work-group a piece and head. Parameters: pieces, heads, the first
     * of them, headDim, heads that share columns of x, rows of a block, the first block, place of the factor, x (offset,
     * stride), the first piece; f: a further factor.
     */
    static void gatherF16(
            KernelContext c,
            IntArray p,
            FloatArray f,
            FloatArray x,
            FloatArray table,
            FloatArray factors,
            HalfFloatArray out) {
        int threads = c.localGroupSizeX;
        int groups = c.globalGroupSizeX / threads;
        int headDim = p.get(3);
        float factor = f.get(0) * factors.get(p.get(7));
        for (int n = c.groupIdx; n < p.get(0) * p.get(1); n += groups) {
            int from = source(p, table, n);
            int to = target(p, table, n);
            int count = rows(p, table, n) * headDim;
            for (int i = c.localIdx; i < count; i += threads) {
                float value = factor * x.get(from + i / headDim * p.get(9) + i % headDim);
                if (value > MOST) {
                    value = MOST;
                }
                if (value < -MOST) {
                    value = -MOST;
                }
                HalfFloat half = new HalfFloat(value);
                out.set(to + i, half);
            }
        }
    }

    /** The way back, with parameters alike. */
    static void scatterF16(
            KernelContext c,
            IntArray p,
            FloatArray f,
            HalfFloatArray x,
            FloatArray table,
            FloatArray factors,
            FloatArray out) {
        int threads = c.localGroupSizeX;
        int groups = c.globalGroupSizeX / threads;
        int headDim = p.get(3);
        float factor = factors.get(p.get(7));
        for (int n = c.groupIdx; n < p.get(0) * p.get(1); n += groups) {
            int to = source(p, table, n);
            int from = target(p, table, n);
            int count = rows(p, table, n) * headDim;
            for (int i = c.localIdx; i < count; i += threads) {
                out.set(
                        to + i / headDim * p.get(9) + i % headDim,
                        factor * x.get(from + i).getFloat32());
            }
        }
    }

    /** Where a piece's rows are in the tensor. */
    private static int source(IntArray p, FloatArray table, int n) {
        int row = (int) table.get(p.get(10) + n % p.get(0) * GROUP_FIELDS);
        int head = p.get(2) + n / p.get(0);
        return p.get(8) + row * p.get(9) + head / p.get(4) * p.get(3);
    }

    private static int rows(IntArray p, FloatArray table, int n) {
        return (int) table.get(p.get(10) + n % p.get(0) * GROUP_FIELDS + 1);
    }

    /** Where they are in the staging array. */
    private static int target(IntArray p, FloatArray table, int n) {
        int piece = p.get(10) + n % p.get(0) * GROUP_FIELDS;
        int block = (int) table.get(piece + 2) - p.get(6);
        int head = n / p.get(0);
        return ((block * p.get(1) + head) * p.get(5) + (int) table.get(piece + 3)) * p.get(3);
    }
}
