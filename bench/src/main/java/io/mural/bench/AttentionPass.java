package io.mural.bench;

import io.mural.tensor.AttentionCall;
import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;
import java.util.Optional;
import java.util.Random;

/** The attention of a block by itself, on noise: keys and values of all tokens, queries some thousand at a time. */
final class AttentionPass {
    /** As many rows as a block's streams take at a time. */
    private static final int CHUNK = 4096;

    private final Ops ops;
    private final AttentionLayout layout;
    private final int text;
    private final int heads;
    private final Tensor q;
    private final Tensor k;
    private final Tensor v;

    /** @param text queries that come first and are taken by themselves */
    AttentionPass(Ops ops, AttentionLayout layout, int text, int heads, int headDim) {
        this.ops = ops;
        this.layout = layout;
        this.text = text;
        this.heads = heads;
        q = noise(Math.max(CHUNK, text), heads * headDim);
        k = noise(layout.keys(), heads * headDim);
        v = noise(layout.keys(), heads * headDim);
    }

    /** Counts what this will take. */
    static void plan(Ops ops, int text, AttentionLayout layout, int hidden) {
        ops.empty(Math.max(CHUNK, text), hidden);
        ops.empty(layout.keys(), hidden);
        ops.empty(layout.keys(), hidden);
        ops.empty(Math.max(CHUNK, text), hidden);
    }

    /** Rows cut from one array at places that differ. */
    private Tensor noise(int rows, int cols) {
        var random = new Random(rows);
        var values = new float[cols + 4099];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        var tensor = ops.empty(rows, cols);
        for (int i = 0; i < rows; i++) {
            tensor.writeRow(i, 0, values, (int) (i * 31L % 4099), cols);
        }
        return tensor;
    }

    /** Seconds for all queries. */
    double run() {
        long start = System.nanoTime();
        attend(0, text);
        int picture = layout.queries() - text;
        int chunks = Math.ceilDiv(picture, CHUNK);
        for (int i = 0; i < chunks; i++) {
            attend(text + (int) ((long) picture * i / chunks), text + (int) ((long) picture * (i + 1) / chunks));
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private void attend(int from, int to) {
        float scale = (float) (1 / Math.sqrt((double) q.cols() / heads));
        ops.unit("attention", () -> {
            var out = ops.empty(to - from, q.cols());
            ops.attention(new AttentionCall(
                    out, q.rows(0, to - from), k, v, heads, scale, layout.queries(from, to), Optional.empty()));
        });
    }
}
