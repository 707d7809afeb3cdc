package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.AttentionCall;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Attention with online softmax (arXiv 1805.02867, 2205.14135). A task owns a tile of queries of one head and walks
 * over the keys they see, gathered from their runs into tiles of {@link #KEYS}: scores of {@link #ROWS} queries by
 * {@link #KEYS} keys, their powers of two, and the product with the values, all with {@link MicroKernel}. The scale
 * and log2(e) are folded into the queries.
 *
 * <p>The largest score so far, the sum of weights and the weighted values of every query are carried from key tile to
 * key tile; when the largest score grows, the other two shrink by the power of two of the difference.
 */
final class Attention {
    /** Keys of a tile. */
    private static final int KEYS = 256;
    /** Heads wider than this take half the keys at a time, so that keys and values stay in the second-level cache. */
    private static final int WIDE_HEAD = 256;
    /** Queries of a tile of scores: about 64. */
    private static final int ROWS = (64 + MicroKernel.ROWS - 1) / MicroKernel.ROWS * MicroKernel.ROWS;
    /** Pairs times columns that are done before another thread wakes up. */
    private static final long SMALL = 100_000;

    private final Threads threads;
    private final Scratch[] scratch;
    private final State[] states;

    Attention(Threads threads, Scratch[] scratch) {
        this.threads = threads;
        this.scratch = scratch;
        this.states = new State[scratch.length];
        Arrays.setAll(states, i -> new State());
    }

    /** What one worker carries along a tile of queries. */
    private static final class State {
        float[] q = {};
        float[] k = {};
        float[] v = {};
        final float[] scores = new float[ROWS * KEYS];
        float[] mixed = {};
        float[] bias = {};
        final float[] largest = new float[QueryTile.LARGEST];
        /** Sums of weights, a vector of partial sums for each query. */
        final float[] sums = new float[QueryTile.LARGEST * LANES];
    }

    /** Columns of the mixed values, a whole number of panels. */
    private static int width(AttentionCall call) {
        return MicroKernel.paddedCols(call.headDim());
    }

    /** Where the keys and values of a head begin. */
    private static int keyColumn(AttentionCall call, int head) {
        return head / call.sharing() * call.headDim();
    }

    private static int keysPerTile(AttentionCall call) {
        return call.headDim() > WIDE_HEAD ? KEYS / 2 : KEYS;
    }

    void run(AttentionCall call) {
        int heads = call.heads();
        var tiles = QueryTile.of(call.layout(), heads);
        int size = tiles.size();
        if (call.multiplyAdds() < SMALL) {
            for (int i = 0; i < heads * size; i++) {
                tile(call, tiles.get(i % size), i / size, scratch[0], states[0]);
            }
            return;
        }
        threads.run(
                heads * size,
                (task, worker) -> tile(call, tiles.get(task % size), task / size, scratch[worker], states[worker]));
    }

    private static void tile(AttentionCall call, QueryTile tile, int head, Scratch scratch, State state) {
        readQueries(call, tile, head, state);
        readBias(call, head, state);
        Arrays.fill(state.largest, Float.NEGATIVE_INFINITY);
        Arrays.fill(state.sums, 0);
        int padded = tile.queries() + MicroKernel.ROWS;
        state.mixed = Scratch.grown(state.mixed, padded * width(call));
        Arrays.fill(state.mixed, 0, padded * width(call), 0);
        for (int from = 0; from < tile.keys(); from += keysPerTile(call)) {
            int keys = Math.min(keysPerTile(call), tile.keys() - from);
            readKeys(call, tile, head, from, keys, scratch, state);
            readValues(call, tile, head, from, keys, state);
            for (int row = 0; row < tile.queries(); row += ROWS) {
                int rows = Math.min(ROWS, tile.queries() - row);
                scores(call, row, rows, keys, state);
                for (int r = 0; r < rows; r++) {
                    soften(call, tile, row + r, r, from, keys, state);
                }
                mix(call, row, rows, keys, state);
            }
        }
        write(call, tile, head, state);
    }

    // --- reading ----------------------------------------------------------------------------------------------------

    /** Queries times scale and log2(e), side by side. */
    private static void readQueries(AttentionCall call, QueryTile tile, int head, State state) {
        int headDim = call.headDim();
        state.q = Scratch.grown(state.q, (tile.queries() + MicroKernel.ROWS) * headDim);
        for (int i = 0; i < tile.queries(); i++) {
            call.q().readRow(tile.from() + i, head * headDim, state.q, i * headDim, headDim);
        }
        float factor = call.scale() * Exp.LOG2_E;
        for (int i = 0; i < tile.queries() * headDim; i++) {
            state.q[i] *= factor;
        }
    }

    private static void readBias(AttentionCall call, int head, State state) {
        if (call.distanceBias().isPresent()) {
            var bias = call.distanceBias().get();
            state.bias = Scratch.grown(state.bias, bias.cols());
            bias.readRow(head, 0, state.bias, 0, bias.cols());
            for (int i = 0; i < bias.cols(); i++) {
                state.bias[i] *= Exp.LOG2_E;
            }
        }
    }

    /** Keys {@code from} to {@code from + keys} of the tile's runs as panels, for every {@code KC} of the head. */
    private static void readKeys(
            AttentionCall call, QueryTile tile, int head, int from, int keys, Scratch scratch, State state) {
        int headDim = call.headDim();
        int padded = MicroKernel.paddedCols(keys);
        // an odd number of cache lines keeps the rows of a block in different sets of the cache
        int stride = Lanes.up(headDim) + LANES;
        var rows = scratch.raw(padded * stride);
        state.k = Scratch.grown(state.k, padded * headDim);
        tile.forEachRun(from, keys, (key, at, count) -> {
            long bytes = call.k().rowStride() * (long) Float.BYTES;
            long offset = key * bytes + keyColumn(call, head) * (long) Float.BYTES;
            for (int i = 0; i < count; i++) {
                MemorySegment.copy(
                        call.k().segment(), ValueLayout.JAVA_INT, offset + i * bytes, rows, (at + i) * stride, headDim);
            }
        });
        Arrays.fill(rows, keys * stride, padded * stride, 0);
        for (int at = 0; at < headDim; at += MicroKernel.KC) {
            int count = Math.min(MicroKernel.KC, headDim - at);
            for (int col = 0; col < padded; col += LANES) {
                Panels.place(
                        Panels.FLOATS,
                        rows,
                        col * stride + at,
                        stride,
                        count,
                        keys,
                        col,
                        scratch,
                        state.k,
                        at * padded);
            }
        }
    }

    /** Values of the same keys as panels [keys, columns]. */
    private static void readValues(AttentionCall call, QueryTile tile, int head, int from, int keys, State state) {
        int headDim = call.headDim();
        state.v = Scratch.grown(state.v, keys * width(call));
        tile.forEachRun(from, keys, (key, at, count) -> {
            for (int col = 0; col < headDim; col += MicroKernel.COLS) {
                int width = MicroKernel.panelVectors(headDim - col) * LANES;
                int present = Math.min(width, headDim - col);
                int to = col * keys + at * width;
                for (int i = 0; i < count; i++, to += width) {
                    call.v().readRow(key + i, keyColumn(call, head) + col, state.v, to, present);
                    Arrays.fill(state.v, to + present, to + width, 0);
                }
            }
        });
    }

    // --- computing --------------------------------------------------------------------------------------------------

    private static void scores(AttentionCall call, int row, int rows, int keys, State state) {
        int headDim = call.headDim();
        int padded = MicroKernel.paddedCols(keys);
        Arrays.fill(state.scores, 0, Math.min(ROWS, rows + MicroKernel.ROWS) * KEYS, 0);
        for (int at = 0; at < headDim; at += MicroKernel.KC) {
            int count = Math.min(MicroKernel.KC, headDim - at);
            int q = row * headDim + at;
            MicroKernel.multiply(rows, count, keys, state.q, q, headDim, state.k, at * padded, state.scores, 0, KEYS);
        }
    }

    /** Turns row r of the scores, of the tile's query i, into weights. */
    private static void soften(AttentionCall call, QueryTile tile, int i, int r, int from, int keys, State state) {
        int seen = Math.min(keys, tile.limit(i) - from);
        int at = r * KEYS;
        if (seen <= 0) {
            Arrays.fill(state.scores, at, at + keys, 0);
            return;
        }
        if (call.distanceBias().isPresent()) {
            addBias(call, tile, i, at, from, seen, state);
        }
        Arrays.fill(state.scores, at + seen, at + Lanes.up(seen), Float.NEGATIVE_INFINITY);
        float before = state.largest[i];
        float largest = Softmax.max(state.scores, at, seen, before);
        state.largest[i] = largest;
        if (largest > before) {
            float shrink = Exp.exp2(before - largest);
            Softmax.scale(state.sums, i * LANES, LANES, shrink);
            Softmax.scale(state.mixed, i * width(call), width(call), shrink);
        }
        Exp.exp2(state.scores, at, seen, largest, state.sums, i * LANES);
        Arrays.fill(state.scores, at + seen, at + keys, 0);
    }

    /** Adds bias[j - i + queries - 1] to the scores of query i and the keys j of the tile. */
    private static void addBias(AttentionCall call, QueryTile tile, int i, int at, int from, int seen, State state) {
        int shift = call.q().rows() - 1 - (tile.from() + i);
        tile.forEachRun(from, seen, (key, start, count) -> {
            for (int j = 0; j < count; j++) {
                state.scores[at + start + j] += state.bias[key + j + shift];
            }
        });
    }

    private static void mix(AttentionCall call, int row, int rows, int keys, State state) {
        MicroKernel.multiply(
                rows,
                keys,
                call.headDim(),
                state.scores,
                0,
                KEYS,
                state.v,
                0,
                state.mixed,
                row * width(call),
                width(call));
    }

    private static void write(AttentionCall call, QueryTile tile, int head, State state) {
        for (int i = 0; i < tile.queries(); i++) {
            float sum = (float) Lanes.sum(state.sums, i * LANES);
            Softmax.scale(state.mixed, i * width(call), width(call), 1 / sum);
            call.out().writeRow(tile.from() + i, head * call.headDim(), state.mixed, i * width(call), call.headDim());
        }
    }
}
