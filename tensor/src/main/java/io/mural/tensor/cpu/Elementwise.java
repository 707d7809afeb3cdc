package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.FLOAT;
import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.Activation;
import io.mural.tensor.Matrix;
import io.mural.tensor.RowMix;
import io.mural.tensor.Tensor;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** Operations that read and write every element once: bound by memory. */
final class Elementwise {
    private final Threads threads;
    private final Scratch[] scratch;
    private float[] row = {};

    Elementwise(Threads threads, Scratch[] scratch) {
        this.threads = threads;
        this.scratch = scratch;
    }

    void activate(Tensor x, Activation f) {
        forEachBlock(x, (first, rows, memory) -> {
            var values = memory.rows(Lanes.up(rows * x.cols()));
            Blocks.read(x, first, rows, values, 0);
            Exp.apply(f, values, 0, rows * x.cols());
            Blocks.write(x, first, rows, values, 0);
        });
    }

    /** {@code x += y}; y is as large as x or one row. */
    void add(Tensor x, Tensor y) {
        boolean same = y.rows() == x.rows();
        row = same ? row : readRow(y);
        forEachBlock(x, (first, rows, memory) -> {
            int size = rows * x.cols();
            var values = memory.rows(size);
            Blocks.read(x, first, rows, values, 0);
            if (same) {
                var others = memory.more(size);
                Blocks.read(y, first, rows, others, 0);
                add(values, 0, others, size);
            } else {
                for (int r = 0; r < rows; r++) {
                    add(values, r * x.cols(), row, x.cols());
                }
            }
            Blocks.write(x, first, rows, values, 0);
        });
    }

    /** {@code x *= y} */
    void multiply(Tensor x, Tensor y) {
        forEachBlock(x, (first, rows, memory) -> {
            int size = rows * x.cols();
            var values = memory.rows(size);
            var others = memory.more(size);
            Blocks.read(x, first, rows, values, 0);
            Blocks.read(y, first, rows, others, 0);
            multiply(values, others, size);
            Blocks.write(x, first, rows, values, 0);
        });
    }

    /** {@code x += gate y} with one row of gates */
    void addGated(Tensor x, Tensor gate, Tensor y) {
        row = readRow(gate);
        forEachBlock(x, (first, rows, memory) -> {
            int size = rows * x.cols();
            var values = memory.rows(size);
            var others = memory.more(size);
            Blocks.read(x, first, rows, values, 0);
            Blocks.read(y, first, rows, others, 0);
            for (int r = 0; r < rows; r++) {
                addProduct(values, others, r * x.cols(), row, x.cols());
            }
            Blocks.write(x, first, rows, values, 0);
        });
    }

    /** {@code x *= factor} */
    void scale(Tensor x, float factor) {
        forEachBlock(x, (first, rows, memory) -> {
            int size = rows * x.cols();
            var values = memory.rows(size);
            Blocks.read(x, first, rows, values, 0);
            for (int i = 0; i < size; i++) {
                values[i] *= factor;
            }
            Blocks.write(x, first, rows, values, 0);
        });
    }

    void copy(Tensor out, Tensor x) {
        forEachBlock(x, (first, rows, memory) -> {
            var values = memory.rows(rows * x.cols());
            Blocks.read(x, first, rows, values, 0);
            Blocks.write(out, first, rows, values, 0);
        });
    }

    /** Every row of out is a weighted sum of rows of x. */
    void mixRows(Tensor out, Tensor x, RowMix mix) {
        int cols = x.cols();
        forEachBlock(out, (first, rows, memory) -> {
            var sums = memory.rows(rows * cols);
            var term = memory.more(cols);
            Arrays.fill(sums, 0, rows * cols, 0);
            for (int r = 0; r < rows; r++) {
                for (int i = mix.starts()[first + r]; i < mix.starts()[first + r + 1]; i++) {
                    x.readRow(mix.rows()[i], 0, term, 0, cols);
                    addScaled(sums, r * cols, term, mix.weights()[i], cols);
                }
            }
            Blocks.write(out, first, rows, sums, 0);
        });
    }

    void embedding(Tensor out, Matrix table, int[] ids) {
        int cols = table.cols();
        forEachBlock(out, (first, rows, memory) -> {
            var values = memory.rows(rows * cols);
            for (int r = 0; r < rows; r++) {
                Widening.readInOrder(table, ids[first + r], 0, cols, memory, values, r * cols);
            }
            Blocks.write(out, first, rows, values, 0);
        });
    }

    /** Nearest neighbour: [height, width, channels] to [2 height, 2 width, channels]. */
    void upsample2x(Tensor out, Tensor x) {
        int height = x.shape().dim(0);
        int width = x.shape().dim(1);
        int channels = x.cols();
        int across = Math.min(width, Math.max(1, Blocks.SIZE / channels));
        threads.run(height, (y, worker) -> {
            var pixels = scratch[worker].rows(across * channels);
            var doubled = scratch[worker].more(2 * across * channels);
            for (int left = 0; left < width; left += across) {
                int count = Math.min(across, width - left);
                Blocks.read(x, y * width + left, count, pixels, 0);
                for (int i = 0; i < 2 * count; i++) {
                    System.arraycopy(pixels, i / 2 * channels, doubled, i * channels, channels);
                }
                Blocks.write(out, 4 * y * width + 2 * left, 2 * count, doubled, 0);
                Blocks.write(out, (4 * y + 2) * width + 2 * left, 2 * count, doubled, 0);
            }
        });
    }

    // --- blocks -----------------------------------------------------------------------------------------------------

    @FunctionalInterface
    private interface BlockTask {
        void run(int first, int rows, Scratch memory);
    }

    private void forEachBlock(Tensor x, BlockTask task) {
        int height = Blocks.taskRows(x);
        int rows = Blocks.rows(x);
        threads.run((x.rows() + height - 1) / height, (index, worker) -> {
            int end = Math.min(x.rows(), (index + 1) * height);
            for (int first = index * height; first < end; first += rows) {
                task.run(first, Math.min(rows, end - first), scratch[worker]);
            }
        });
    }

    private float[] readRow(Tensor x) {
        var values = Scratch.grown(row, x.cols());
        x.readRow(0, 0, values, 0, x.cols());
        return values;
    }

    // --- kernels ----------------------------------------------------------------------------------------------------

    private static void add(float[] x, int from, float[] y, int count) {
        int bound = Lanes.down(count);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(FLOAT, x, from + i)
                    .add(FloatVector.fromArray(FLOAT, y, i))
                    .intoArray(x, from + i);
        }
        for (int i = bound; i < count; i++) {
            x[from + i] += y[i];
        }
    }

    private static void addScaled(float[] x, int from, float[] y, float factor, int count) {
        int bound = Lanes.down(count);
        var factors = FloatVector.broadcast(FLOAT, factor);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(FLOAT, y, i)
                    .fma(factors, FloatVector.fromArray(FLOAT, x, from + i))
                    .intoArray(x, from + i);
        }
        for (int i = bound; i < count; i++) {
            x[from + i] = Math.fma(factor, y[i], x[from + i]);
        }
    }

    private static void multiply(float[] x, float[] y, int count) {
        int bound = Lanes.down(count);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(FLOAT, x, i)
                    .mul(FloatVector.fromArray(FLOAT, y, i))
                    .intoArray(x, i);
        }
        for (int i = bound; i < count; i++) {
            x[i] *= y[i];
        }
    }

    private static void addProduct(float[] x, float[] y, int from, float[] gate, int count) {
        int bound = Lanes.down(count);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(FLOAT, gate, i)
                    .fma(FloatVector.fromArray(FLOAT, y, from + i), FloatVector.fromArray(FLOAT, x, from + i))
                    .intoArray(x, from + i);
        }
        for (int i = bound; i < count; i++) {
            x[from + i] = Math.fma(gate[i], y[from + i], x[from + i]);
        }
    }
}
