package io.mural.emulator;

import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;

/**
 * {@code o = softmax(scale q k^T) v} as cuDNN documents it: q and o [batch, heads, queries, headDim], k and v [batch, heads,
 * keys, headDim] in float16, sums in float32. Weights are rounded to float16 too, as tensor cores take them. Where cuDNN
 * makes no plan, or would leave an array, is an {@link IllegalArgumentException}.
 */
record FusedAttention(
        HalfFloatArray q,
        HalfFloatArray k,
        HalfFloatArray v,
        HalfFloatArray o,
        int pairs,
        int queries,
        int keys,
        int headDim,
        float scale,
        boolean causal) {
    private static final int MULTIPLE = 8;
    private static final int WIDEST = 256;

    /** @param a the arguments in cuDNN's order */
    static FusedAttention of(Object[] a) {
        int batch = (int) a[4];
        int heads = (int) a[5];
        int queries = (int) a[6];
        int keys = (int) a[7];
        int headDim = (int) a[8];
        if (batch < 1 || heads < 1 || queries < 1 || keys < 1) {
            throw new IllegalArgumentException(
                    "a batch of %d with %d heads, %d queries and %d keys".formatted(batch, heads, queries, keys));
        }
        if (headDim < MULTIPLE || headDim % MULTIPLE != 0 || headDim > WIDEST) {
            throw new IllegalArgumentException(
                    "heads of %d; cuDNN takes multiples of %d up to %d".formatted(headDim, MULTIPLE, WIDEST));
        }
        String[] names = {"q", "k", "v", "o"};
        for (int i = 0; i < names.length; i++) {
            int rows = i == 0 || i == 3 ? queries : keys;
            long elements = (long) batch * heads * rows * headDim;
            int room = ((HalfFloatArray) a[i]).getSize();
            if (elements > room) {
                throw new IllegalArgumentException("%s, [%d, %d, %d, %d], takes %d elements, but its array has %d"
                        .formatted(names[i], batch, heads, rows, headDim, elements, room));
            }
        }
        return new FusedAttention(
                (HalfFloatArray) a[0],
                (HalfFloatArray) a[1],
                (HalfFloatArray) a[2],
                (HalfFloatArray) a[3],
                Math.multiplyExact(batch, heads),
                queries,
                keys,
                headDim,
                (float) a[9],
                (boolean) a[10]);
    }

    void run() {
        var queryRows = values("q", q, pairs * queries * headDim);
        var keyRows = values("k", k, pairs * keys * headDim);
        var valueRows = values("v", v, pairs * keys * headDim);
        IntStream.range(0, pairs * queries).parallel().forEach(query -> {
            int first = query / queries * keys * headDim;
            int seen = causal ? Math.min(keys, query % queries + 1) : keys;
            var scores = scores(queryRows, query * headDim, keyRows, first, seen);
            mix(scores, valueRows, first, query * headDim);
        });
    }

    private float[] scores(float[] queryRows, int query, float[] keyRows, int first, int seen) {
        var scores = new float[seen];
        for (int j = 0; j < seen; j++) {
            float sum = 0;
            for (int d = 0; d < headDim; d++) {
                sum += queryRows[query + d] * keyRows[first + j * headDim + d];
            }
            scores[j] = scale * sum;
        }
        return scores;
    }

    private void mix(float[] scores, float[] valueRows, int first, int target) {
        float largest = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            largest = Math.max(largest, score);
        }
        var mixed = new float[headDim];
        float weights = 0;
        for (int j = 0; j < scores.length; j++) {
            float weight = (float) Math.exp(scores[j] - largest);
            weights += weight;
            float rounded = new HalfFloat(weight).getFloat32();
            for (int d = 0; d < headDim; d++) {
                mixed[d] += rounded * valueRows[first + j * headDim + d];
            }
        }
        for (int d = 0; d < headDim; d++) {
            o.set(target + d, new HalfFloat(mixed[d] / weights));
        }
    }

    private static float[] values(String name, HalfFloatArray array, int count) {
        var values = new float[count];
        try {
            for (int i = 0; i < count; i++) {
                values[i] = array.get(i).getFloat32();
            }
        } catch (IllegalStateException e) {
            throw new IllegalStateException(name + ": " + e.getMessage(), e);
        }
        return values;
    }
}
