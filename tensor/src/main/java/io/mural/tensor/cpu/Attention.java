package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.AttentionCall;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Attention with online softmax (arXiv 1805.02867, 2205.14135). A task owns a tile of queries of one head and walks
 * over the keys they see, gathered from their runs into tiles of {@link #KEYS}: scores of about {@link #ROWS} queries by
 * {@link #KEYS} keys, their powers of two, and the product with the values, by {@link AttentionProducts}. The scale
 * and log2(e) are folded into the queries.
 *
 * <p>The largest score so far, the sum of weights and the weighted values of every query are carried from key tile to
 * key tile; when the largest score grows, the other two shrink by the power of two of the difference.
 */
final class Attention {
    private static final int KEYS = AttentionProducts.KEYS;
    /** Heads wider than this take half the keys at a time, so that keys and values stay in the second-level cache. */
    private static final int WIDE_HEAD = 256;
    /** Queries of a tile of scores: so many, to the next whole group. */
    private static final int ROWS = 64;
    /** Pairs times columns that are done before another thread wakes up. */
    private static final long SMALL = 100_000;

    private final Threads threads;
    private final Scratch[] scratch;
    private final State[] states;

    /** @param products makes what one worker multiplies by */
    Attention(Threads threads, Scratch[] scratch, Supplier<AttentionProducts> products) {
        this.threads = threads;
        this.scratch = scratch;
        this.states = new State[scratch.length];
        Arrays.setAll(states, i -> new State(products.get()));
    }

    /** What one worker carries along a tile of queries. */
    private static final class State {
        final AttentionProducts products;
        /** Queries of a tile of scores. */
        final int rows;

        float[] q = {};
        final float[] scores;
        float[] mixed = {};
        float[] bias = {};
        final float[] largest = new float[QueryTile.LARGEST];
        /** Sums of weights, a vector of partial sums for each query. */
        final float[] sums = new float[QueryTile.LARGEST * LANES];

        State(AttentionProducts products) {
            this.products = products;
            int group = products.group();
            this.rows = (ROWS + group - 1) / group * group;
            this.scores = new float[rows * KEYS];
        }
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
        var products = state.products;
        int width = products.width(call.headDim());
        int size = (tile.queries() + products.group()) * width;
        state.mixed = Scratch.grown(state.mixed, size);
        Arrays.fill(state.mixed, 0, size, 0);
        int column = keyColumn(call, head);
        for (int from = 0; from < tile.keys(); from += keysPerTile(call)) {
            int keys = Math.min(keysPerTile(call), tile.keys() - from);
            products.keys(call, tile, column, from, keys, scratch);
            products.values(call, tile, column, from, keys, scratch);
            for (int row = 0; row < tile.queries(); row += state.rows) {
                int rows = Math.min(state.rows, tile.queries() - row);
                products.scores(row, rows, keys, state.scores);
                for (int r = 0; r < rows; r++) {
                    soften(call, tile, row + r, r, from, keys, state);
                }
                products.mix(row, rows, keys, state.scores, state.mixed);
            }
        }
        write(call, tile, head, state);
    }

    // --- reading ----------------------------------------------------------------------------------------------------

    /** Queries times scale and log2(e), side by side. */
    private static void readQueries(AttentionCall call, QueryTile tile, int head, State state) {
        int headDim = call.headDim();
        state.q = Scratch.grown(state.q, (tile.queries() + state.products.group()) * headDim);
        for (int i = 0; i < tile.queries(); i++) {
            call.q().readRow(tile.from() + i, head * headDim, state.q, i * headDim, headDim);
        }
        float factor = call.scale() * Exp.LOG2_E;
        for (int i = 0; i < tile.queries() * headDim; i++) {
            state.q[i] *= factor;
        }
        state.products.queries(state.q, tile.queries(), headDim);
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

    // --- computing --------------------------------------------------------------------------------------------------

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
            int width = state.products.width(call.headDim());
            Softmax.scale(state.mixed, i * width, width, shrink);
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

    private static void write(AttentionCall call, QueryTile tile, int head, State state) {
        int width = state.products.width(call.headDim());
        for (int i = 0; i < tile.queries(); i++) {
            float sum = (float) Lanes.sum(state.sums, i * LANES);
            Softmax.scale(state.mixed, i * width, width, 1 / sum);
            call.out().writeRow(tile.from() + i, head * call.headDim(), state.mixed, i * width, call.headDim());
        }
    }
}
