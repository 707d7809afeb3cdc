package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.AttentionCall;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Attention's products in float32, by {@link MicroKernel}. */
final class WideAttention implements AttentionProducts {
    private float[] q = {};
    private float[] k = {};
    private float[] v = {};
    private int headDim;

    @Override
    public int group() {
        return MicroKernel.ROWS;
    }

    @Override
    public int width(int headDim) {
        return MicroKernel.paddedCols(headDim);
    }

    @Override
    public void queries(float[] q, int count, int headDim) {
        this.q = q;
        this.headDim = headDim;
    }

    /** Panels for every {@code KC} of the head. */
    @Override
    public void keys(AttentionCall call, QueryTile tile, int column, int from, int keys, Scratch scratch) {
        int padded = MicroKernel.paddedCols(keys);
        // an odd number of cache lines keeps the rows of a block in different sets of the cache
        int stride = Lanes.up(headDim) + LANES;
        var rows = scratch.raw(padded * stride);
        k = Scratch.grown(k, padded * headDim);
        tile.forEachRun(from, keys, (key, at, count) -> {
            long bytes = call.k().rowStride() * (long) Float.BYTES;
            long offset = key * bytes + column * (long) Float.BYTES;
            for (int i = 0; i < count; i++) {
                MemorySegment.copy(
                        call.k().segment(), ValueLayout.JAVA_INT, offset + i * bytes, rows, (at + i) * stride, headDim);
            }
        });
        Arrays.fill(rows, keys * stride, padded * stride, 0);
        for (int at = 0; at < headDim; at += MicroKernel.KC) {
            int count = Math.min(MicroKernel.KC, headDim - at);
            for (int col = 0; col < padded; col += LANES) {
                int place = col * stride + at;
                Panels.place(Panels.FLOATS, rows, place, stride, count, keys, col, scratch, k, at * padded);
            }
        }
    }

    @Override
    public void values(AttentionCall call, QueryTile tile, int column, int from, int keys, Scratch scratch) {
        v = Scratch.grown(v, keys * width(headDim));
        tile.forEachRun(from, keys, (key, at, count) -> {
            for (int col = 0; col < headDim; col += MicroKernel.COLS) {
                int width = MicroKernel.panelVectors(headDim - col) * LANES;
                int present = Math.min(width, headDim - col);
                int to = col * keys + at * width;
                for (int i = 0; i < count; i++, to += width) {
                    call.v().readRow(key + i, column + col, v, to, present);
                    Arrays.fill(v, to + present, to + width, 0);
                }
            }
        });
    }

    @Override
    public void scores(int row, int rows, int keys, float[] scores) {
        int padded = MicroKernel.paddedCols(keys);
        int whole = (rows + MicroKernel.ROWS - 1) / MicroKernel.ROWS * MicroKernel.ROWS;
        Arrays.fill(scores, 0, whole * KEYS, 0);
        for (int at = 0; at < headDim; at += MicroKernel.KC) {
            int count = Math.min(MicroKernel.KC, headDim - at);
            int from = row * headDim + at;
            MicroKernel.multiply(rows, count, keys, q, from, headDim, k, at * padded, scores, 0, KEYS);
        }
    }

    @Override
    public void mix(int row, int rows, int keys, float[] weights, float[] mixed) {
        int width = width(headDim);
        MicroKernel.multiply(rows, keys, headDim, weights, 0, KEYS, v, 0, mixed, row * width, width);
    }
}
