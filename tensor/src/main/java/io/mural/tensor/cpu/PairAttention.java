package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.AttentionCall;
import io.mural.tensor.cpu.machine.Pairs;
import java.util.Arrays;

/**
 * Attention's products in bfloat16 with sums in float32: queries (times the scale), keys, values and weights are rounded;
 * scores, softmax and the sums of weights are not.
 */
final class PairAttention implements AttentionProducts {
    private final PairLayout layout;
    /** Rows of queries, keys or values before they are rounded. */
    private float[] rows = {};

    private int[] q = {};
    private int[] k = {};
    private int[] v = {};
    private int[] weightPairs = {};
    private int headDim;

    PairAttention(PairLayout layout) {
        this.layout = layout;
    }

    @Override
    public int group() {
        return layout.tiles().rows();
    }

    @Override
    public int width(int headDim) {
        return layout.tiles().padded(headDim);
    }

    /** Ints of a rounded row of a head. */
    private int stride() {
        return layout.padded(headDim) / 2;
    }

    @Override
    public void queries(float[] q, int count, int headDim) {
        this.headDim = headDim;
        rows = Scratch.grown(rows, layout.padded(headDim));
        this.q = grown(this.q, (count + group()) * stride());
        for (int i = 0; i < count; i++) {
            System.arraycopy(q, i * headDim, rows, 0, headDim);
            layout.row(rows, headDim, this.q, i * stride());
        }
    }

    @Override
    public void keys(AttentionCall call, QueryTile tile, int column, int from, int keys, Scratch scratch) {
        int padded = layout.tiles().padded(keys);
        int pairs = Pairs.of(headDim);
        // an odd number of cache lines keeps the rows of a block in different sets of the cache
        int stride = stride() + LANES;
        var raw = scratch.raw(padded * stride);
        rows = Scratch.grown(rows, layout.padded(headDim));
        tile.forEachRun(from, keys, (key, at, count) -> {
            for (int i = 0; i < count; i++) {
                call.k().readRow(key + i, column, rows, 0, headDim);
                layout.row(rows, headDim, raw, (at + i) * stride);
            }
        });
        Arrays.fill(raw, keys * stride, padded * stride, 0);
        k = grown(k, padded * pairs);
        for (int col = 0; col < padded; col += LANES) {
            layout.place(raw, col * stride, stride, pairs, keys, col, scratch, k, 0);
        }
    }

    /** A pair is of two keys here. */
    @Override
    public void values(AttentionCall call, QueryTile tile, int column, int from, int keys, Scratch scratch) {
        int width = width(headDim);
        int pairs = Pairs.of(keys);
        rows = Scratch.grown(rows, 2 * pairs * width);
        tile.forEachRun(from, keys, (key, at, count) -> {
            for (int i = 0; i < count; i++) {
                int to = (at + i) * width;
                call.v().readRow(key + i, column, rows, to, headDim);
                Arrays.fill(rows, to + headDim, to + width, 0);
            }
        });
        Arrays.fill(rows, keys * width, 2 * pairs * width, 0);
        v = grown(v, pairs * width);
        int widest = layout.tiles().widths().getFirst();
        for (int col = 0; col < headDim; col += widest) {
            int panel = layout.tiles().width(headDim - col);
            for (int p = 0; p < pairs; p++) {
                int lower = 2 * p * width + col;
                PairLayout.pairs(rows, lower, lower + width, panel, v, col * pairs + p * panel);
            }
        }
    }

    @Override
    public void scores(int row, int rows, int keys, float[] scores) {
        int whole = (rows + group() - 1) / group() * group();
        Arrays.fill(scores, 0, whole * KEYS, 0);
        TileGemm.multiply(layout, rows, headDim, keys, q, (long) row * stride(), stride(), k, scores, 0, KEYS);
    }

    @Override
    public void mix(int row, int rows, int keys, float[] weights, float[] mixed) {
        int stride = KEYS / 2;
        weightPairs = grown(weightPairs, (rows + group()) * stride);
        int end = layout.padded(keys);
        for (int r = 0; r < rows; r++) {
            Arrays.fill(weights, r * KEYS + keys, r * KEYS + end, 0);
            PairLayout.pairs(weights, r * KEYS, end, weightPairs, r * stride);
        }
        int width = width(headDim);
        TileGemm.multiply(layout, rows, keys, headDim, weightPairs, 0, stride, v, mixed, row * width, width);
    }

    private static int[] grown(int[] array, int size) {
        return array.length < size ? new int[size] : array;
    }
}
