package io.mural.tensor.cpu;

import io.mural.tensor.AttentionCall;
import io.mural.tensor.GradientKernels.AttentionGradients;
import io.mural.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Attention backwards over tiles (arXiv 2205.14135): for {@link #ROWS} queries by {@link #KEYS} keys the weights P come
 * anew from the kept logarithms of their sums, and five products with {@link MicroKernel} give the share of all three
 * gradients. A task owns the keys and values of a head and all queries that look at it, in the order of the layout: sums
 * are the same for any number of threads.
 */
final class AttentionGradient {
    private static final int KEYS = 256;
    private static final int ROWS = (64 + MicroKernel.ROWS - 1) / MicroKernel.ROWS * MicroKernel.ROWS;

    private final Threads threads;

    AttentionGradient(Threads threads) {
        this.threads = threads;
    }

    /** What one worker carries; grown to the largest head. */
    private static final class State {
        final int headDim;
        final int width;
        final float[] q;
        final float[] g;
        final float[] o;
        final float[] dq;
        final float[] k;
        final float[] v;
        final float[] turned;
        final float[] panels;
        final float[] scores = new float[(ROWS + MicroKernel.ROWS) * KEYS];
        final float[] weights = new float[(ROWS + MicroKernel.ROWS) * KEYS];
        final float[] across = new float[(KEYS + MicroKernel.ROWS) * ROWS];
        final float[] sums;
        final float[] ignored = new float[Lanes.LANES];

        State(int headDim) {
            this.headDim = headDim;
            width = MicroKernel.paddedCols(headDim);
            int rows = ROWS + MicroKernel.ROWS;
            q = new float[rows * headDim];
            g = new float[rows * headDim];
            o = new float[rows * headDim];
            dq = new float[rows * width];
            k = new float[KEYS * headDim];
            v = new float[KEYS * headDim];
            turned = new float[MicroKernel.paddedCols(KEYS) * headDim];
            panels = new float[KEYS * width];
            sums = new float[(KEYS + MicroKernel.ROWS) * width];
        }
    }

    // --- sums of weights --------------------------------------------------------------------------------------------

    /** The logarithm of the sum of exponentials of every query's scores; [heads, queries]. */
    void logSumExp(Tensor out, AttentionCall of) {
        var tiles = QueryTile.of(of.layout(), of.heads());
        threads.run(of.heads(), (head, worker) -> {
            var state = new State(of.headDim());
            var largest = new float[ROWS];
            var sums = new double[ROWS];
            for (var tile : tiles) {
                for (int row = 0; row < tile.queries(); row += ROWS) {
                    int rows = Math.min(ROWS, tile.queries() - row);
                    read(of.q(), tile.from() + row, rows, head * of.headDim(), of.headDim(), state.q);
                    Arrays.fill(largest, Float.NEGATIVE_INFINITY);
                    Arrays.fill(sums, 0);
                    for (int from = 0; from < tile.keys(); from += KEYS) {
                        int keys = Math.min(KEYS, tile.keys() - from);
                        readKeys(of.k(), tile, from, keys, of.keyColumn(head), state.headDim, state.k);
                        scores(of, tile, head, row, rows, from, keys, state);
                        for (int r = 0; r < rows; r++) {
                            int seen = Math.clamp((long) tile.limit(row + r) - from, 0, keys);
                            count(state.scores, r * KEYS, seen, r, largest, sums);
                        }
                    }
                    for (int r = 0; r < rows; r++) {
                        out.set(head, tile.from() + row + r, (float) (largest[r] + Math.log(sums[r])));
                    }
                }
            }
        });
    }

    private static void count(float[] scores, int at, int seen, int r, float[] largest, double[] sums) {
        float most = largest[r];
        for (int i = at; i < at + seen; i++) {
            most = Math.max(most, scores[i]);
        }
        if (most == Float.NEGATIVE_INFINITY) {
            return;
        }
        double sum = sums[r] * Math.exp((double) largest[r] - most);
        for (int i = at; i < at + seen; i++) {
            sum += Exp.exp2((scores[i] - most) * Exp.LOG2_E);
        }
        sums[r] = sum;
        largest[r] = most;
    }

    /** Scaled scores with their bias, [rows, KEYS]. */
    private static void scores(
            AttentionCall of, QueryTile tile, int head, int row, int rows, int from, int keys, State state) {
        turn(state.k, keys, state.headDim, state.turned);
        Arrays.fill(state.scores, 0, (rows + MicroKernel.ROWS) * KEYS, 0);
        MicroKernel.multiply(
                rows, state.headDim, keys, state.q, 0, state.headDim, state.turned, 0, state.scores, 0, KEYS);
        float scale = of.scale();
        for (int i = 0; i < rows * KEYS; i++) {
            state.scores[i] *= scale;
        }
        of.distanceBias()
                .ifPresent(bias -> tile.forEachRun(from, keys, (key, at, count) -> {
                    for (int r = 0; r < rows; r++) {
                        int shift = of.q().rows() - 1 - (tile.from() + row + r);
                        for (int j = 0; j < count; j++) {
                            state.scores[r * KEYS + at + j] += bias.get(head, key + j + shift);
                        }
                    }
                }));
    }

    // --- gradients --------------------------------------------------------------------------------------------------

    /** Gradients of one head's keys and values. */
    private record HeadSums(float[] dk, float[] dv) {}

    void run(AttentionGradients into, Tensor g, Tensor logSumExp, AttentionCall of) {
        int kvHeads = of.k().cols() / of.headDim();
        int group = of.heads() / kvHeads;
        var tiles = QueryTile.of(of.layout(), of.heads());
        threads.run(kvHeads, (kvHead, worker) -> {
            var state = new State(of.headDim());
            int size = Math.multiplyExact(of.k().rows(), of.headDim());
            var sums = new HeadSums(new float[size], new float[size]);
            for (int head = kvHead * group; head < (kvHead + 1) * group; head++) {
                var biases = of.distanceBias().isPresent()
                        ? new double[of.distanceBias().get().cols()]
                        : new double[0];
                head(into, g, logSumExp, of, tiles, head, state, sums, biases);
                addBias(into.bias(), head, biases);
            }
            add(into.k(), sums.dk(), kvHead * of.headDim(), of.headDim());
            add(into.v(), sums.dv(), kvHead * of.headDim(), of.headDim());
        });
    }

    private static void head(
            AttentionGradients into,
            Tensor g,
            Tensor logSumExp,
            AttentionCall of,
            List<QueryTile> tiles,
            int head,
            State state,
            HeadSums sums,
            double[] biases) {
        int headDim = of.headDim();
        var logs = new float[ROWS];
        var products = new float[ROWS];
        for (var tile : tiles) {
            for (int row = 0; row < tile.queries(); row += ROWS) {
                int rows = Math.min(ROWS, tile.queries() - row);
                int first = tile.from() + row;
                read(of.q(), first, rows, head * headDim, headDim, state.q);
                read(g, first, rows, head * headDim, headDim, state.g);
                read(of.out(), first, rows, head * headDim, headDim, state.o);
                logSumExp.readRow(head, first, logs, 0, rows);
                for (int r = 0; r < rows; r++) {
                    products[r] = dot(state.g, state.o, r * headDim, headDim);
                }
                Arrays.fill(state.dq, 0);
                for (int from = 0; from < tile.keys(); from += KEYS) {
                    int keys = Math.min(KEYS, tile.keys() - from);
                    readKeys(of.k(), tile, from, keys, of.keyColumn(head), headDim, state.k);
                    readKeys(of.v(), tile, from, keys, of.keyColumn(head), headDim, state.v);
                    weights(of, tile, head, row, rows, from, keys, logs, state);
                    tile(of, tile, from, rows, keys, products, state, sums);
                    if (biases.length > 0) {
                        gatherBias(of, tile, row, rows, from, keys, state, biases);
                    }
                }
                writeQueries(into.q(), first, rows, head * headDim, state, of.scale());
            }
        }
    }

    /** P = exp(score - logSumExp), zero for keys that a query does not see. */
    private static void weights(
            AttentionCall of,
            QueryTile tile,
            int head,
            int row,
            int rows,
            int from,
            int keys,
            float[] logs,
            State state) {
        scores(of, tile, head, row, rows, from, keys, state);
        for (int r = 0; r < rows; r++) {
            int at = r * KEYS;
            int seen = Math.clamp((long) tile.limit(row + r) - from, 0, keys);
            for (int i = at; i < at + seen; i++) {
                state.weights[i] = (state.scores[i] - logs[r]) * Exp.LOG2_E;
            }
            Arrays.fill(state.weights, at + seen, at + Lanes.up(keys), 0);
            Exp.exp2(state.weights, at, Lanes.up(keys), 0, state.ignored, 0);
            Arrays.fill(state.weights, at + seen, at + KEYS, 0);
        }
    }

    /** The five products of a tile; scores become the gradients dS of the scores. */
    private static void tile(
            AttentionCall of,
            QueryTile tile,
            int from,
            int rows,
            int keys,
            float[] products,
            State state,
            HeadSums sums) {
        int headDim = state.headDim;
        turn(state.v, keys, headDim, state.turned);
        Arrays.fill(state.scores, 0, (rows + MicroKernel.ROWS) * KEYS, 0);
        MicroKernel.multiply(rows, headDim, keys, state.g, 0, headDim, state.turned, 0, state.scores, 0, KEYS);
        for (int r = 0; r < rows; r++) {
            for (int i = r * KEYS; i < r * KEYS + keys; i++) {
                state.scores[i] = state.weights[i] * (state.scores[i] - products[r]);
            }
        }
        panels(state.k, keys, headDim, state.panels);
        MicroKernel.multiply(rows, keys, headDim, state.scores, 0, KEYS, state.panels, 0, state.dq, 0, state.width);
        panels(state.g, rows, headDim, state.panels);
        keySums(tile, from, rows, keys, state.weights, 1, state, sums.dv());
        panels(state.q, rows, headDim, state.panels);
        keySums(tile, from, rows, keys, state.scores, of.scale(), state, sums.dk());
    }

    /** {@code sums[key] += factor * pairs^T panels} for the tile's keys. */
    private static void keySums(
            QueryTile tile, int from, int rows, int keys, float[] pairs, float factor, State state, float[] sums) {
        for (int key = 0; key < keys; key++) {
            for (int r = 0; r < rows; r++) {
                state.across[key * rows + r] = pairs[r * KEYS + key];
            }
        }
        Arrays.fill(state.sums, 0, (keys + MicroKernel.ROWS) * state.width, 0);
        MicroKernel.multiply(
                keys, rows, state.headDim, state.across, 0, rows, state.panels, 0, state.sums, 0, state.width);
        tile.forEachRun(from, keys, (key, at, count) -> {
            for (int j = 0; j < count; j++) {
                int to = (key + j) * state.headDim;
                int source = (at + j) * state.width;
                for (int d = 0; d < state.headDim; d++) {
                    sums[to + d] += factor * state.sums[source + d];
                }
            }
        });
    }

    private static void gatherBias(
            AttentionCall of, QueryTile tile, int row, int rows, int from, int keys, State state, double[] biases) {
        tile.forEachRun(from, keys, (key, at, count) -> {
            for (int r = 0; r < rows; r++) {
                int shift = of.q().rows() - 1 - (tile.from() + row + r);
                for (int j = 0; j < count; j++) {
                    biases[key + j + shift] += state.scores[r * KEYS + at + j];
                }
            }
        });
    }

    // --- memory -----------------------------------------------------------------------------------------------------

    private static void read(Tensor x, int row, int rows, int col, int count, float[] to) {
        for (int r = 0; r < rows; r++) {
            x.readRow(row + r, col, to, r * count, count);
        }
        Arrays.fill(to, rows * count, to.length, 0);
    }

    private static void readKeys(Tensor x, QueryTile tile, int from, int keys, int col, int count, float[] to) {
        tile.forEachRun(from, keys, (key, at, number) -> {
            for (int j = 0; j < number; j++) {
                x.readRow(key + j, col, to, (at + j) * count, count);
            }
        });
    }

    /** Rows [cols, k] as panels of their transpose. */
    private static void turn(float[] rows, int cols, int k, float[] panels) {
        for (int col = 0; col < cols; col += MicroKernel.COLS) {
            int width = MicroKernel.panelVectors(cols - col) * Lanes.LANES;
            int present = Math.min(width, cols - col);
            int to = col * k;
            for (int c = 0; c < present; c++) {
                int source = (col + c) * k;
                for (int p = 0; p < k; p++) {
                    panels[to + p * width + c] = rows[source + p];
                }
            }
            for (int p = 0; p < k; p++) {
                Arrays.fill(panels, to + p * width + present, to + (p + 1) * width, 0);
            }
        }
    }

    /** Rows [k, cols] as panels. */
    private static void panels(float[] rows, int k, int cols, float[] panels) {
        for (int col = 0; col < cols; col += MicroKernel.COLS) {
            int width = MicroKernel.panelVectors(cols - col) * Lanes.LANES;
            int present = Math.min(width, cols - col);
            for (int p = 0; p < k; p++) {
                int to = col * k + p * width;
                System.arraycopy(rows, p * cols + col, panels, to, present);
                Arrays.fill(panels, to + present, to + width, 0);
            }
        }
    }

    private static float dot(float[] x, float[] y, int at, int count) {
        double sum = 0;
        for (int i = at; i < at + count; i++) {
            sum += (double) x[i] * y[i];
        }
        return (float) sum;
    }

    private static void writeQueries(Optional<Tensor> dq, int row, int rows, int col, State state, float scale) {
        if (dq.isEmpty()) {
            return;
        }
        var line = new float[state.headDim];
        for (int r = 0; r < rows; r++) {
            dq.get().readRow(row + r, col, line, 0, line.length);
            for (int d = 0; d < line.length; d++) {
                line[d] += scale * state.dq[r * state.width + d];
            }
            dq.get().writeRow(row + r, col, line, 0, line.length);
        }
    }

    private static void add(Optional<Tensor> to, float[] sums, int col, int count) {
        if (to.isEmpty()) {
            return;
        }
        var line = new float[count];
        for (int row = 0; row < to.get().rows(); row++) {
            to.get().readRow(row, col, line, 0, count);
            for (int d = 0; d < count; d++) {
                line[d] += sums[row * count + d];
            }
            to.get().writeRow(row, col, line, 0, count);
        }
    }

    private static void addBias(Optional<Tensor> to, int head, double[] biases) {
        to.ifPresent(bias -> {
            for (int i = 0; i < biases.length; i++) {
                bias.set(head, i, (float) (bias.get(head, i) + biases[i]));
            }
        });
    }
}
