package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.FLOAT;
import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Norms over rows and over heads. Rows are copied to memory padded with zeros to whole vectors; mean and variance take
 * two passes, lanes are summed in double.
 */
final class Norms {
    private static final VectorShuffle<Float> SWAP = VectorShuffle.fromOp(FLOAT, i -> i ^ 1);

    private final Threads threads;
    private final Scratch[] scratch;
    private float[] gain = {};
    private float[] shift = {};

    Norms(Threads threads, Scratch[] scratch) {
        this.threads = threads;
        this.scratch = scratch;
    }

    /** {@code norm(x) * (gainOffset + gain) + shift} over each row. */
    void layer(Tensor out, Tensor x, Tensor gainRow, Tensor shiftRow, float gainOffset, float eps) {
        int cols = x.cols();
        int width = Lanes.up(cols);
        gain = padded(gain, gainRow, width);
        shift = padded(shift, shiftRow, width);
        for (int i = 0; i < cols; i++) {
            gain[i] += gainOffset;
        }
        forEachRow(x, (row, memory) -> {
            var values = memory.rows(width);
            x.readRow(row, 0, values, 0, cols);
            Arrays.fill(values, cols, width, 0);
            float mean = (float) (sum(values, 0, width, memory.lanes) / cols);
            centre(values, width, mean);
            Arrays.fill(values, cols, width, 0);
            // what rounding the mean left over is taken off here; the squares hardly feel it
            float rest = (float) (sum(values, 0, width, memory.lanes) / cols);
            double variance = squares(values, 0, width, memory.lanes) / cols - (double) rest * rest;
            modulate(values, width, rest, (float) (1 / Math.sqrt(variance + eps)), gain, shift);
            out.writeRow(row, 0, values, 0, cols);
        });
    }

    /** {@code x / sqrt(mean(x^2) + eps) * weight} over each row. */
    void rms(Tensor out, Tensor x, Tensor weight, float eps) {
        int cols = x.cols();
        int width = Lanes.up(cols);
        gain = padded(gain, weight, width);
        forEachRow(x, (row, memory) -> {
            var values = memory.rows(width);
            x.readRow(row, 0, values, 0, cols);
            Arrays.fill(values, cols, width, 0);
            float factor = (float) (1 / Math.sqrt(squares(values, 0, width, memory.lanes) / cols + eps));
            multiply(values, 0, width, factor, gain);
            out.writeRow(row, 0, values, 0, cols);
        });
    }

    /** RMSNorm of every head, then the rotation of its position, in place. */
    void rope(Tensor x, Tensor weight, float eps, Rope rope) {
        int headDim = weight.cols();
        int heads = x.cols() / headDim;
        int width = Lanes.up(headDim);
        gain = padded(gain, weight, width);
        forEachRow(x, (row, memory) -> {
            var table = memory.more(3 * width);
            readTable(rope, row, headDim, width, table);
            var all = memory.rows(heads * width); // every head with zeros behind it
            readHeads(x, row, heads, headDim, width, all);
            var factors = memory.bias(heads);
            for (int h = 0; h < heads; h++) {
                double square = squares(all, h * width, width, memory.lanes) / headDim;
                factors[h] = (float) (1 / Math.sqrt(square + eps));
            }
            switch (rope.pairs()) {
                case ADJACENT -> rotate(all, heads, width, factors, gain, table);
                case HALVES -> {
                    for (int h = 0; h < heads; h++) {
                        multiply(all, h * width, width, factors[h], gain);
                        rotateHalves(all, h * width, headDim, width, table);
                    }
                }
            }
            writeHeads(x, row, heads, headDim, width, all);
        });
    }

    /** The rotation of every head alone, in place. */
    void rope(Tensor x, Rope rope) {
        int headDim = 2 * rope.cos().cols();
        int heads = x.cols() / headDim;
        int width = Lanes.up(headDim);
        forEachRow(x, (row, memory) -> {
            var table = memory.more(3 * width);
            readTable(rope, row, headDim, width, table);
            var all = memory.rows(heads * width);
            readHeads(x, row, heads, headDim, width, all);
            for (int h = 0; h < heads; h++) {
                switch (rope.pairs()) {
                    case ADJACENT -> rotate(all, h * width, width, table);
                    case HALVES -> rotateHalves(all, h * width, headDim, width, table);
                }
            }
            writeHeads(x, row, heads, headDim, width, all);
        });
    }

    private static void readHeads(Tensor x, int row, int heads, int headDim, int width, float[] all) {
        if (headDim == width) {
            x.readRow(row, 0, all, 0, heads * headDim);
            return;
        }
        for (int h = 0; h < heads; h++) {
            x.readRow(row, h * headDim, all, h * width, headDim);
            Arrays.fill(all, h * width + headDim, (h + 1) * width, 0);
        }
    }

    private static void writeHeads(Tensor x, int row, int heads, int headDim, int width, float[] all) {
        if (headDim == width) {
            x.writeRow(row, 0, all, 0, heads * headDim);
            return;
        }
        for (int h = 0; h < heads; h++) {
            x.writeRow(row, h * headDim, all, h * width, headDim);
        }
    }

    /** The row's cosines for both elements of a pair at 0, its sines, the first's negated, at {@code width}. */
    private static void readTable(Rope rope, int row, int headDim, int width, float[] table) {
        int half = headDim / 2;
        int at = 2 * width;
        Arrays.fill(table, 0, at, 0);
        rope.cos().readRow(row, 0, table, at, half);
        rope.sin().readRow(row, 0, table, at + half, half);
        boolean adjacent = rope.pairs() == Rope.Pairs.ADJACENT;
        for (int i = 0; i < half; i++) {
            int first = adjacent ? 2 * i : i;
            int second = adjacent ? 2 * i + 1 : i + half;
            table[first] = table[at + i];
            table[second] = table[at + i];
            table[width + first] = -table[at + half + i];
            table[width + second] = table[at + half + i];
        }
    }

    // --- rows -------------------------------------------------------------------------------------------------------

    @FunctionalInterface
    private interface RowTask {
        void run(int row, Scratch memory);
    }

    private void forEachRow(Tensor x, RowTask task) {
        int height = Blocks.taskRows(x);
        threads.run((x.rows() + height - 1) / height, (index, worker) -> {
            int end = Math.min(x.rows(), (index + 1) * height);
            for (int row = index * height; row < end; row++) {
                task.run(row, scratch[worker]);
            }
        });
    }

    private static float[] padded(float[] array, Tensor row, int width) {
        var values = Scratch.grown(array, width);
        row.readRow(0, 0, values, 0, row.cols());
        Arrays.fill(values, row.cols(), width, 0);
        return values;
    }

    // --- kernels: counts are whole numbers of vectors ---------------------------------------------------------------

    static double sum(float[] x, int from, int count, float[] lanes) {
        var even = FloatVector.zero(FLOAT);
        var odd = FloatVector.zero(FLOAT);
        int i = 0;
        for (; i <= count - 2 * LANES; i += 2 * LANES) {
            even = even.add(FloatVector.fromArray(FLOAT, x, from + i));
            odd = odd.add(FloatVector.fromArray(FLOAT, x, from + i + LANES));
        }
        if (i < count) {
            even = even.add(FloatVector.fromArray(FLOAT, x, from + i));
        }
        even.add(odd).intoArray(lanes, 0);
        return Lanes.sum(lanes, 0);
    }

    static double squares(float[] x, int from, int count, float[] lanes) {
        var even = FloatVector.zero(FLOAT);
        var odd = FloatVector.zero(FLOAT);
        int i = 0;
        for (; i <= count - 2 * LANES; i += 2 * LANES) {
            var first = FloatVector.fromArray(FLOAT, x, from + i);
            var second = FloatVector.fromArray(FLOAT, x, from + i + LANES);
            even = first.fma(first, even);
            odd = second.fma(second, odd);
        }
        if (i < count) {
            var first = FloatVector.fromArray(FLOAT, x, from + i);
            even = first.fma(first, even);
        }
        even.add(odd).intoArray(lanes, 0);
        return Lanes.sum(lanes, 0);
    }

    private static void centre(float[] x, int count, float mean) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(FLOAT, x, i).sub(mean).intoArray(x, i);
        }
    }

    private static void modulate(float[] x, int count, float rest, float factor, float[] gain, float[] shift) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(FLOAT, x, i)
                    .sub(rest)
                    .mul(factor)
                    .fma(FloatVector.fromArray(FLOAT, gain, i), FloatVector.fromArray(FLOAT, shift, i))
                    .intoArray(x, i);
        }
    }

    private static void multiply(float[] x, int from, int count, float factor, float[] gain) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(FLOAT, x, from + i)
                    .mul(factor)
                    .mul(FloatVector.fromArray(FLOAT, gain, i))
                    .intoArray(x, from + i);
        }
    }

    /** Norms and rotates all heads of a row, {@code width} apart. */
    private static void rotate(float[] x, int heads, int width, float[] factors, float[] gain, float[] table) {
        for (int h = 0, at = 0; h < heads; h++) {
            float factor = factors[h];
            for (int i = 0; i < width; i += LANES, at += LANES) {
                var value = FloatVector.fromArray(FLOAT, x, at).mul(factor).mul(FloatVector.fromArray(FLOAT, gain, i));
                var swapped = value.rearrange(SWAP);
                value.mul(FloatVector.fromArray(FLOAT, table, i))
                        .add(swapped.mul(FloatVector.fromArray(FLOAT, table, width + i)))
                        .intoArray(x, at);
            }
        }
    }

    private static void rotate(float[] x, int from, int count, float[] table) {
        for (int i = 0; i < count; i += LANES) {
            var value = FloatVector.fromArray(FLOAT, x, from + i);
            value.mul(FloatVector.fromArray(FLOAT, table, i))
                    .add(value.rearrange(SWAP).mul(FloatVector.fromArray(FLOAT, table, count + i)))
                    .intoArray(x, from + i);
        }
    }

    /** The head with its halves exchanged lies behind the table. */
    private static void rotateHalves(float[] x, int from, int headDim, int count, float[] table) {
        int half = headDim / 2;
        int at = 2 * count;
        System.arraycopy(x, from + half, table, at, half);
        System.arraycopy(x, from, table, at + half, half);
        for (int i = 0; i < count; i += LANES) {
            var swapped = FloatVector.fromArray(FLOAT, table, at + i);
            FloatVector.fromArray(FLOAT, x, from + i)
                    .mul(FloatVector.fromArray(FLOAT, table, i))
                    .add(swapped.mul(FloatVector.fromArray(FLOAT, table, count + i)))
                    .intoArray(x, from + i);
        }
    }
}
