package io.mural.tensor.cpu;

import io.mural.tensor.Rope;
import io.mural.tensor.Tensor;
import java.util.Optional;

/** Norms backwards, row by row on arrays, sums in double. Gradients of gains are summed by column afterwards. */
final class GradientNorms {
    private final Threads threads;
    private final Scratch[] scratch;

    GradientNorms(Threads threads, Scratch[] scratch) {
        this.threads = threads;
        this.scratch = scratch;
    }

    void layer(
            Optional<Tensor> dx, Optional<Tensor> dGain, Tensor g, Tensor x, Tensor gain, float gainOffset, float eps) {
        int n = x.cols();
        var gains = gain.toArray();
        var normed = new float[dGain.isPresent() ? Math.multiplyExact(x.rows(), n) : 0];
        forEachRow(x, (row, memory) -> {
            var values = memory.rows(n);
            var given = memory.more(n);
            x.readRow(row, 0, values, 0, n);
            g.readRow(row, 0, given, 0, n);
            float mean = (float) mean(values, n);
            double rest = 0;
            double squares = 0;
            for (int i = 0; i < n; i++) {
                values[i] -= mean;
                rest += values[i];
                squares += (double) values[i] * values[i];
            }
            rest /= n;
            float r = (float) (1 / Math.sqrt(squares / n - rest * rest + eps));
            for (int i = 0; i < n; i++) {
                values[i] = (values[i] - (float) rest) * r;
            }
            if (dGain.isPresent()) {
                for (int i = 0; i < n; i++) {
                    normed[row * n + i] = given[i] * values[i];
                }
            }
            dx.ifPresent(sum -> {
                for (int i = 0; i < n; i++) {
                    given[i] *= gainOffset + gains[i];
                }
                addBack(sum, row, given, values, r, (float) mean(given, n), n, memory);
            });
        });
        dGain.ifPresent(sum -> sumColumns(sum, normed, x.rows(), n));
    }

    /** {@code dx += r (h - mean(h) - xh mean(h o xh))} */
    private static void addBack(
            Tensor dx, int row, float[] h, float[] normed, float r, float mean, int n, Scratch memory) {
        double product = 0;
        for (int i = 0; i < n; i++) {
            product += (double) h[i] * normed[i];
        }
        float share = (float) (product / n);
        var sum = memory.bias(n);
        dx.readRow(row, 0, sum, 0, n);
        for (int i = 0; i < n; i++) {
            sum[i] += r * (h[i] - mean - normed[i] * share);
        }
        dx.writeRow(row, 0, sum, 0, n);
    }

    private static double mean(float[] values, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += values[i];
        }
        return sum / n;
    }

    void rms(Optional<Tensor> dx, Optional<Tensor> dWeight, Tensor g, Tensor x, Tensor weight, float eps) {
        int n = x.cols();
        var weights = weight.toArray();
        var normed = new float[dWeight.isPresent() ? Math.multiplyExact(x.rows(), n) : 0];
        forEachRow(x, (row, memory) -> {
            var values = memory.rows(n);
            var given = memory.more(n);
            x.readRow(row, 0, values, 0, n);
            g.readRow(row, 0, given, 0, n);
            float r = factor(values, 0, n, eps);
            for (int i = 0; i < n; i++) {
                values[i] *= r;
            }
            if (dWeight.isPresent()) {
                for (int i = 0; i < n; i++) {
                    normed[row * n + i] = given[i] * values[i];
                }
            }
            dx.ifPresent(sum -> {
                for (int i = 0; i < n; i++) {
                    given[i] *= weights[i];
                }
                addBack(sum, row, given, values, r, 0, n, memory);
            });
        });
        dWeight.ifPresent(sum -> sumColumns(sum, normed, x.rows(), n));
    }

    private static float factor(float[] values, int from, int n, float eps) {
        double squares = 0;
        for (int i = from; i < from + n; i++) {
            squares += (double) values[i] * values[i];
        }
        return (float) (1 / Math.sqrt(squares / n + eps));
    }

    /** {@code g} becomes the gradient of {@code x}. */
    void rope(Tensor g, Optional<Tensor> dWeight, Tensor x, Tensor weight, float eps, Rope rope) {
        int n = weight.cols();
        int cols = x.cols();
        int half = n / 2;
        var weights = weight.toArray();
        var normed = new float[dWeight.isPresent() ? Math.multiplyExact(x.rows(), cols) : 0];
        forEachRow(x, (row, memory) -> {
            var values = memory.rows(cols);
            var given = memory.more(cols);
            var table = memory.bias(n);
            x.readRow(row, 0, values, 0, cols);
            g.readRow(row, 0, given, 0, cols);
            rope.cos().readRow(row, 0, table, 0, half);
            rope.sin().readRow(row, 0, table, half, half);
            for (int head = 0; head < cols; head += n) {
                rotateBack(given, head, n, rope.pairs(), table);
                float r = factor(values, head, n, eps);
                double product = 0;
                for (int i = 0; i < n; i++) {
                    values[head + i] *= r;
                    product += (double) given[head + i] * weights[i] * values[head + i];
                }
                if (dWeight.isPresent()) {
                    for (int i = 0; i < n; i++) {
                        normed[row * cols + head + i] = given[head + i] * values[head + i];
                    }
                }
                float share = (float) (product / n);
                for (int i = 0; i < n; i++) {
                    given[head + i] = r * (given[head + i] * weights[i] - values[head + i] * share);
                }
            }
            g.writeRow(row, 0, given, 0, cols);
        });
        dWeight.ifPresent(sum -> sumColumns(sum, normed, x.rows() * (cols / n), n));
    }

    /** The rotation back alone, in place. */
    void rotateBack(Tensor g, Rope rope) {
        int cols = g.cols();
        int half = rope.cos().cols();
        forEachRow(g, (row, memory) -> {
            var given = memory.more(cols);
            var table = memory.bias(2 * half);
            g.readRow(row, 0, given, 0, cols);
            rope.cos().readRow(row, 0, table, 0, half);
            rope.sin().readRow(row, 0, table, half, half);
            for (int head = 0; head < cols; head += 2 * half) {
                rotateBack(given, head, 2 * half, rope.pairs(), table);
            }
            g.writeRow(row, 0, given, 0, cols);
        });
    }

    /** (ga cos + gb sin, gb cos - ga sin) of every pair of one head. */
    private static void rotateBack(float[] g, int head, int n, Rope.Pairs pairs, float[] table) {
        int half = n / 2;
        for (int i = 0; i < half; i++) {
            int first = head + (pairs == Rope.Pairs.ADJACENT ? 2 * i : i);
            int second = pairs == Rope.Pairs.ADJACENT ? first + 1 : first + half;
            float a = g[first];
            float b = g[second];
            g[first] = a * table[i] + b * table[half + i];
            g[second] = b * table[i] - a * table[half + i];
        }
    }

    /** {@code row += sum of the rows of} an array [rows, n]. */
    private static void sumColumns(Tensor row, float[] values, int rows, int n) {
        var sums = new double[n];
        for (int i = 0; i < rows; i++) {
            for (int col = 0; col < n; col++) {
                sums[col] += values[i * n + col];
            }
        }
        for (int col = 0; col < n; col++) {
            row.set(0, col, (float) (row.get(0, col) + sums[col]));
        }
    }

    private interface Row {
        void run(int row, Scratch memory);
    }

    private void forEachRow(Tensor x, Row body) {
        int rows = Blocks.taskRows(x);
        threads.run(Math.ceilDiv(x.rows(), rows), (task, worker) -> {
            for (int row = task * rows; row < Math.min(x.rows(), (task + 1) * rows); row++) {
                body.run(row, scratch[worker]);
            }
        });
    }
}
