package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.FLOAT;
import static io.mural.tensor.cpu.Lanes.INT;
import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.Activation;
import io.mural.tensor.Linear;
import io.mural.tensor.Matrix;
import io.mural.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Linear layers of very few rows, such as the modulation of a block: bound by reading the weights, so every weight
 * is read once, in the file's order, and nothing is laid out.
 */
final class Gemv {
    /** Up to this many rows; with more, laying the weights out for {@link MicroKernel} pays. */
    static final int MOST_ROWS = 8;
    /** Elements of a weight's row that are widened at a time: they stay in the first-level cache. */
    private static final int CHUNK = 1024;
    /** Multiply-adds a task should be worth. */
    private static final int TASK = 60_000;

    private final Threads threads;
    private final Scratch[] scratch;
    private float[] left = {};

    Gemv(Threads threads, Scratch[] scratch) {
        this.threads = threads;
        this.scratch = scratch;
    }

    /** As {@link Gemm#linear}. */
    void linear(Tensor out, Tensor x, Linear layer, List<Tensor> lows, Activation f) {
        int rows = x.rows();
        int size = 0;
        int[] starts = new int[lows.size() + 1];
        for (int t = 0; t <= lows.size(); t++) {
            starts[t] = size;
            var weight = t == 0 ? layer.weight() : layer.adapters().get(t - 1).up();
            size += rows * rowLength(weight);
        }
        left = Scratch.grown(left, size);
        for (int t = 0; t <= lows.size(); t++) {
            var weight = t == 0 ? layer.weight() : layer.adapters().get(t - 1).up();
            arrange(t == 0 ? x : lows.get(t - 1), weight, starts[t]);
        }
        int cols = layer.out();
        int perTask = Math.clamp(TASK / ((long) rows * layer.in()), LANES, Math.max(LANES, cols));
        int width = Lanes.up(perTask);
        threads.run((cols + width - 1) / width, (task, worker) -> {
            int col = task * width;
            columns(out, layer, lows.size(), starts, f, rows, col, Math.min(width, cols - col), scratch[worker]);
        });
    }

    /** Floats of one place of a chunk: a whole number of vectors. */
    private static int placeLength(Matrix weight, int count) {
        return Lanes.up(Widening.ints(weight, count));
    }

    /** Floats that a row of x takes when laid out like the chunks of a weight's row. */
    private static int rowLength(Matrix weight) {
        int length = 0;
        for (int from = 0; from < weight.cols(); from += CHUNK) {
            length += Widening.places(weight) * placeLength(weight, Math.min(CHUNK, weight.cols() - from));
        }
        return length;
    }

    /** Copies x in the order in which widened weights come. */
    private void arrange(Tensor x, Matrix weight, int start) {
        int places = Widening.places(weight);
        int k = weight.cols();
        var row = scratch[0].rows(k);
        int at = start;
        for (int r = 0; r < x.rows(); r++) {
            x.readRow(r, 0, row, 0, k);
            for (int from = 0; from < k; from += CHUNK) {
                int count = Math.min(CHUNK, k - from);
                int length = placeLength(weight, count);
                Arrays.fill(left, at, at + places * length, 0);
                for (int i = 0; i < count; i++) {
                    left[at + i % places * length + i / places] = row[from + i];
                }
                at += places * length;
            }
        }
    }

    private void columns(
            Tensor out,
            Linear layer,
            int adapters,
            int[] starts,
            Activation f,
            int rows,
            int col,
            int cols,
            Scratch scratch) {
        int width = Lanes.up(cols);
        var c = scratch.c(rows * width);
        var bias = Gemm.bias(layer.bias(), col, cols, width, scratch);
        for (int j = 0; j < cols; j++) {
            var sums = scratch.lanes;
            for (int r = 0; r < rows; r++) {
                c[r * width + j] = bias[j];
            }
            for (int t = 0; t <= adapters; t++) {
                var weight =
                        t == 0 ? layer.weight() : layer.adapters().get(t - 1).up();
                dot(weight, col + j, starts[t], rows, c, j, width, sums, scratch);
            }
        }
        for (int r = 0; r < rows; r++) {
            Exp.apply(f, c, r * width, width);
            out.writeRow(r, col, c, r * width, cols);
        }
    }

    /** {@code c[r width + j] += x[r] . weight[row]} for all rows r of x. */
    private void dot(
            Matrix weight, int row, int start, int rows, float[] c, int j, int width, float[] lanes, Scratch scratch) {
        int places = Widening.places(weight);
        int length = rowLength(weight);
        var chunk = scratch.rows(CHUNK + 4 * LANES);
        var raw = scratch.raw(CHUNK);
        int at = start;
        for (int from = 0; from < weight.cols(); from += CHUNK) {
            int count = Math.min(CHUNK, weight.cols() - from);
            int ints = placeLength(weight, count);
            int size = places * ints;
            if (weight instanceof Matrix.BF16) {
                Widening.read(weight, row, from, count, scratch, 0);
                Arrays.fill(raw, Widening.ints(weight, count), ints, 0);
                for (int r = 0; r < rows; r++) {
                    c[r * width + j] += dotBf16(raw, left, at + r * length, ints, lanes);
                }
                at += size;
                continue;
            }
            if (weight instanceof Matrix.Blocked blocked) {
                BlockWidening.apart(blocked, row, from, count, scratch, chunk, ints);
            } else {
                Widening.read(weight, row, from, count, scratch, 0);
                Arrays.fill(raw, Widening.ints(weight, count), ints, 0);
                Widening.widen(weight, raw, 0, ints, chunk, 0, ints, LANES);
            }
            for (int r = 0; r < rows; r++) {
                c[r * width + j] += dot(chunk, left, at + r * length, size, lanes);
            }
            at += size;
        }
    }

    private static float dot(float[] x, float[] y, int from, int count, float[] lanes) {
        var sum0 = FloatVector.zero(FLOAT);
        var sum1 = FloatVector.zero(FLOAT);
        var sum2 = FloatVector.zero(FLOAT);
        var sum3 = FloatVector.zero(FLOAT);
        int i = 0;
        for (; i <= count - 4 * LANES; i += 4 * LANES) {
            sum0 = FloatVector.fromArray(FLOAT, x, i).fma(FloatVector.fromArray(FLOAT, y, from + i), sum0);
            sum1 = FloatVector.fromArray(FLOAT, x, i + LANES)
                    .fma(FloatVector.fromArray(FLOAT, y, from + i + LANES), sum1);
            sum2 = FloatVector.fromArray(FLOAT, x, i + 2 * LANES)
                    .fma(FloatVector.fromArray(FLOAT, y, from + i + 2 * LANES), sum2);
            sum3 = FloatVector.fromArray(FLOAT, x, i + 3 * LANES)
                    .fma(FloatVector.fromArray(FLOAT, y, from + i + 3 * LANES), sum3);
        }
        for (; i < count; i += LANES) {
            sum0 = FloatVector.fromArray(FLOAT, x, i).fma(FloatVector.fromArray(FLOAT, y, from + i), sum0);
        }
        sum0.add(sum1).add(sum2.add(sum3)).intoArray(lanes, 0);
        return (float) Lanes.sum(lanes, 0);
    }

    /** As {@link #dot(float[], float[], int, int, float[])} with the pairs of weights as they are in the file. */
    private static float dotBf16(int[] pairs, float[] y, int from, int count, float[] lanes) {
        var sum0 = FloatVector.zero(FLOAT);
        var sum1 = FloatVector.zero(FLOAT);
        var sum2 = FloatVector.zero(FLOAT);
        var sum3 = FloatVector.zero(FLOAT);
        int i = 0;
        for (; i <= count - 2 * LANES; i += 2 * LANES) {
            var pair = IntVector.fromArray(INT, pairs, i);
            var next = IntVector.fromArray(INT, pairs, i + LANES);
            sum0 = pair.lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .fma(FloatVector.fromArray(FLOAT, y, from + i), sum0);
            sum1 = pair.and(0xffff0000)
                    .reinterpretAsFloats()
                    .fma(FloatVector.fromArray(FLOAT, y, from + count + i), sum1);
            sum2 = next.lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .fma(FloatVector.fromArray(FLOAT, y, from + i + LANES), sum2);
            sum3 = next.and(0xffff0000)
                    .reinterpretAsFloats()
                    .fma(FloatVector.fromArray(FLOAT, y, from + count + i + LANES), sum3);
        }
        for (; i < count; i += LANES) {
            var pair = IntVector.fromArray(INT, pairs, i);
            sum0 = pair.lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .fma(FloatVector.fromArray(FLOAT, y, from + i), sum0);
            sum1 = pair.and(0xffff0000)
                    .reinterpretAsFloats()
                    .fma(FloatVector.fromArray(FLOAT, y, from + count + i), sum1);
        }
        sum0.add(sum1).add(sum2.add(sum3)).intoArray(lanes, 0);
        return (float) Lanes.sum(lanes, 0);
    }
}
