package io.mural.tensor.cpu;

import io.mural.tensor.Activation;
import io.mural.tensor.AttentionCall;
import io.mural.tensor.Conv;
import io.mural.tensor.GradientKernels;
import io.mural.tensor.Matrix;
import io.mural.tensor.Moments;
import io.mural.tensor.Padding;
import io.mural.tensor.Rope;
import io.mural.tensor.RowMix;
import io.mural.tensor.Tensor;
import java.util.Optional;

/** The oracle of gradients: every formula as it stands, one element at a time, sums in double. Slow on purpose. */
final class ScalarGradients implements GradientKernels {
    @Override
    public void zero(Tensor x) {
        for (int row = 0; row < x.rows(); row++) {
            for (int col = 0; col < x.cols(); col++) {
                x.set(row, col, 0);
            }
        }
    }

    @Override
    public void scale(Tensor x, float factor) {
        for (int row = 0; row < x.rows(); row++) {
            for (int col = 0; col < x.cols(); col++) {
                x.set(row, col, x.get(row, col) * factor);
            }
        }
    }

    private static void add(Tensor x, int row, int col, double value) {
        x.set(row, col, (float) (x.get(row, col) + value));
    }

    // --- linear layers ----------------------------------------------------------------------------------------------

    @Override
    public void product(Tensor dx, Tensor g, Matrix weight) {
        for (int row = 0; row < g.rows(); row++) {
            for (int col = 0; col < weight.cols(); col++) {
                double sum = 0;
                for (int o = 0; o < weight.rows(); o++) {
                    sum += (double) g.get(row, o) * weight.get(o, col);
                }
                add(dx, row, col, sum);
            }
        }
    }

    @Override
    public void outer(Tensor dWeight, Tensor g, Tensor x) {
        for (int o = 0; o < g.cols(); o++) {
            for (int col = 0; col < x.cols(); col++) {
                double sum = 0;
                for (int row = 0; row < g.rows(); row++) {
                    sum += (double) g.get(row, o) * x.get(row, col);
                }
                add(dWeight, o, col, sum);
            }
        }
    }

    @Override
    public void sumRows(Tensor row, Tensor g) {
        for (int col = 0; col < g.cols(); col++) {
            double sum = 0;
            for (int i = 0; i < g.rows(); i++) {
                sum += g.get(i, col);
            }
            add(row, 0, col, sum);
        }
    }

    @Override
    public void activation(Tensor g, Tensor a, Activation f) {
        for (int row = 0; row < g.rows(); row++) {
            for (int col = 0; col < g.cols(); col++) {
                g.set(row, col, (float) (g.get(row, col) * derivative(f, a.get(row, col))));
            }
        }
    }

    /** f'(x), finite for every finite x. */
    static double derivative(Activation f, double x) {
        return switch (f) {
            case NONE -> 1;
            case SILU -> {
                double s = 1 / (1 + Math.exp(-x));
                yield s * (1 + x * (1 - s));
            }
            case QUICK_GELU -> {
                double s = 1 / (1 + Math.exp(-1.702 * x));
                yield s * (1 + 1.702 * x * (1 - s));
            }
            case GELU_TANH -> {
                double c = Math.sqrt(2 / Math.PI);
                double t = Math.tanh(c * (x + 0.044715 * x * x * x));
                yield 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 0.134145 * x * x);
            }
        };
    }

    @Override
    public void embedding(Tensor dTable, int[] ids, Tensor g) {
        for (int i = 0; i < ids.length; i++) {
            for (int col = 0; col < g.cols(); col++) {
                add(dTable, ids[i], col, g.get(i, col));
            }
        }
    }

    @Override
    public void mixRows(Tensor dx, Tensor g, RowMix mix) {
        for (int row = 0; row < g.rows(); row++) {
            for (int i = mix.starts()[row]; i < mix.starts()[row + 1]; i++) {
                for (int col = 0; col < g.cols(); col++) {
                    add(dx, mix.rows()[i], col, (double) mix.weights()[i] * g.get(row, col));
                }
            }
        }
    }

    @Override
    public void addProduct(Tensor sum, Tensor x, Tensor y) {
        for (int col = 0; col < x.cols(); col++) {
            double total = 0;
            for (int row = 0; row < x.rows(); row++) {
                double product = (double) x.get(row, col) * y.get(row, col);
                if (sum.rows() == 1) {
                    total += product;
                } else {
                    add(sum, row, col, product);
                }
            }
            if (sum.rows() == 1) {
                add(sum, 0, col, total);
            }
        }
    }

    // --- norms ------------------------------------------------------------------------------------------------------

    @Override
    public void layerNorm(
            Optional<Tensor> dx, Optional<Tensor> dGain, Tensor g, Tensor x, Tensor gain, float gainOffset, float eps) {
        int n = x.cols();
        var dGains = new double[n];
        var normed = new double[n];
        var h = new double[n];
        for (int row = 0; row < x.rows(); row++) {
            double mean = 0;
            for (int col = 0; col < n; col++) {
                mean += x.get(row, col);
            }
            mean /= n;
            double variance = 0;
            for (int col = 0; col < n; col++) {
                variance += (x.get(row, col) - mean) * (x.get(row, col) - mean);
            }
            double r = 1 / Math.sqrt(variance / n + eps);
            double sum = 0;
            double product = 0;
            for (int col = 0; col < n; col++) {
                normed[col] = (x.get(row, col) - mean) * r;
                h[col] = (double) g.get(row, col) * (gainOffset + gain.get(0, col));
                sum += h[col];
                product += h[col] * normed[col];
                dGains[col] += g.get(row, col) * normed[col];
            }
            if (dx.isPresent()) {
                for (int col = 0; col < n; col++) {
                    add(dx.get(), row, col, r * (h[col] - sum / n - normed[col] * product / n));
                }
            }
        }
        dGain.ifPresent(total -> addAll(total, dGains));
    }

    private static void addAll(Tensor row, double[] values) {
        for (int col = 0; col < values.length; col++) {
            add(row, 0, col, values[col]);
        }
    }

    @Override
    public void rmsNorm(Optional<Tensor> dx, Optional<Tensor> dWeight, Tensor g, Tensor x, Tensor weight, float eps) {
        int n = x.cols();
        var dWeights = new double[n];
        for (int row = 0; row < x.rows(); row++) {
            double r = ScalarOps.rmsFactor(x, row, 0, n, eps);
            double product = 0;
            for (int col = 0; col < n; col++) {
                double normed = x.get(row, col) * r;
                product += (double) g.get(row, col) * weight.get(0, col) * normed;
                dWeights[col] += g.get(row, col) * normed;
            }
            if (dx.isPresent()) {
                for (int col = 0; col < n; col++) {
                    double h = (double) g.get(row, col) * weight.get(0, col);
                    add(dx.get(), row, col, r * (h - x.get(row, col) * r * product / n));
                }
            }
        }
        dWeight.ifPresent(total -> addAll(total, dWeights));
    }

    @Override
    public void normRope(Tensor g, Optional<Tensor> dWeight, Tensor x, Tensor weight, float eps, Rope rope) {
        int n = weight.cols();
        var dWeights = new double[n];
        var back = new double[n];
        for (int row = 0; row < x.rows(); row++) {
            for (int head = 0; head < x.cols(); head += n) {
                rotateBack(g, row, head, rope, back);
                double r = ScalarOps.rmsFactor(x, row, head, n, eps);
                double product = 0;
                for (int i = 0; i < n; i++) {
                    double normed = x.get(row, head + i) * r;
                    product += back[i] * weight.get(0, i) * normed;
                    dWeights[i] += back[i] * normed;
                }
                for (int i = 0; i < n; i++) {
                    double h = back[i] * weight.get(0, i);
                    g.set(row, head + i, (float) (r * (h - x.get(row, head + i) * r * product / n)));
                }
            }
        }
        dWeight.ifPresent(total -> addAll(total, dWeights));
    }

    /** (ga cos + gb sin, gb cos - ga sin) of every pair of one head. */
    private static void rotateBack(Tensor g, int row, int head, Rope rope, double[] out) {
        int half = out.length / 2;
        for (int i = 0; i < half; i++) {
            int first = rope.pairs() == Rope.Pairs.ADJACENT ? 2 * i : i;
            int second = rope.pairs() == Rope.Pairs.ADJACENT ? 2 * i + 1 : i + half;
            double ga = g.get(row, head + first);
            double gb = g.get(row, head + second);
            double cos = rope.cos().get(row, i);
            double sin = rope.sin().get(row, i);
            out[first] = ga * cos + gb * sin;
            out[second] = gb * cos - ga * sin;
        }
    }

    @Override
    public void rope(Tensor g, Rope rope) {
        int headDim = 2 * rope.cos().cols();
        var back = new double[headDim];
        for (int row = 0; row < g.rows(); row++) {
            for (int head = 0; head < g.cols(); head += headDim) {
                rotateBack(g, row, head, rope, back);
                for (int i = 0; i < headDim; i++) {
                    g.set(row, head + i, (float) back[i]);
                }
            }
        }
    }

    // --- attention --------------------------------------------------------------------------------------------------

    private interface Pair {
        void take(int head, int query, int key);
    }

    private static void forEachPair(AttentionCall of, Pair pair) {
        for (int head = 0; head < of.heads(); head++) {
            for (var block : of.layout().blocks()) {
                for (int i = block.from(); i < block.to(); i++) {
                    for (var run : block.runs()) {
                        for (int j = run.from(); j < run.to(); j++) {
                            pair.take(head, i, j);
                        }
                    }
                }
            }
        }
    }

    private static double score(AttentionCall of, int head, int i, int j) {
        int headDim = of.headDim();
        double score = 0;
        for (int d = 0; d < headDim; d++) {
            score += (double) of.q().get(i, head * headDim + d) * of.k().get(j, of.keyColumn(head) + d);
        }
        double bias = of.distanceBias().isPresent()
                ? of.distanceBias().get().get(head, j - i + of.q().rows() - 1)
                : 0;
        return score * of.scale() + bias;
    }

    @Override
    public void logSumExp(Tensor out, AttentionCall of) {
        int queries = of.q().rows();
        var largest = new double[of.heads() * queries];
        java.util.Arrays.fill(largest, Double.NEGATIVE_INFINITY);
        forEachPair(of, (head, i, j) -> {
            int at = head * queries + i;
            largest[at] = Math.max(largest[at], score(of, head, i, j));
        });
        var sums = new double[largest.length];
        forEachPair(
                of,
                (head, i, j) ->
                        sums[head * queries + i] += Math.exp(score(of, head, i, j) - largest[head * queries + i]));
        for (int head = 0; head < of.heads(); head++) {
            for (int i = 0; i < queries; i++) {
                int at = head * queries + i;
                out.set(head, i, (float) (largest[at] + Math.log(sums[at])));
            }
        }
    }

    @Override
    public void attention(AttentionGradients into, Tensor g, Tensor logSumExp, AttentionCall of) {
        int headDim = of.headDim();
        forEachPair(of, (head, i, j) -> {
            int q = head * headDim;
            int k = of.keyColumn(head);
            double weight = Math.exp(score(of, head, i, j) - logSumExp.get(head, i));
            double dWeight = 0;
            for (int d = 0; d < headDim; d++) {
                dWeight += (double) g.get(i, q + d)
                        * ((double) of.v().get(j, k + d) - of.out().get(i, q + d));
            }
            double dScore = weight * dWeight;
            for (int d = 0; d < headDim; d++) {
                if (into.v().isPresent()) {
                    add(into.v().get(), j, k + d, weight * g.get(i, q + d));
                }
                if (into.q().isPresent()) {
                    add(into.q().get(), i, q + d, of.scale() * dScore * of.k().get(j, k + d));
                }
                if (into.k().isPresent()) {
                    add(into.k().get(), j, k + d, of.scale() * dScore * of.q().get(i, q + d));
                }
            }
            into.bias().ifPresent(bias -> add(bias, head, j - i + of.q().rows() - 1, dScore));
        });
    }

    // --- pictures ---------------------------------------------------------------------------------------------------

    @Override
    public void groupNorm(GroupNormGradients into, Tensor g, Tensor x, Moments moments, GroupNormOperands of) {
        int size = x.cols() / moments.groups();
        for (int col = 0; col < x.cols(); col++) {
            int group = col / size;
            double r = 1 / Math.sqrt(moments.squares()[group] / moments.count() + of.eps());
            double dWeight = 0;
            double dBias = 0;
            for (int row = 0; row < x.rows(); row++) {
                double normed = (x.get(row, col) - moments.means()[group]) * r;
                double before = normed * of.weight().get(0, col) + of.bias().get(0, col);
                double given = g.get(row, col) * derivative(of.f(), before);
                dWeight += given * normed;
                dBias += given;
                double h = given * of.weight().get(0, col);
                into.means()[group] -= r * h;
                into.variances()[group] -= r * r / 2 * h * normed;
                if (into.x().isPresent()) {
                    add(into.x().get(), row, col, r * h);
                }
            }
            if (into.weight().isPresent()) {
                add(into.weight().get(), 0, col, dWeight);
            }
            if (into.bias().isPresent()) {
                add(into.bias().get(), 0, col, dBias);
            }
        }
    }

    @Override
    public void moments(Tensor dx, Tensor x, Moments moments, double[] dMeans, double[] dVariances) {
        int size = x.cols() / moments.groups();
        for (int row = 0; row < x.rows(); row++) {
            for (int col = 0; col < x.cols(); col++) {
                int group = col / size;
                double centred = x.get(row, col) - moments.means()[group];
                add(dx, row, col, (dMeans[group] + 2 * centred * dVariances[group]) / moments.count());
            }
        }
    }

    @Override
    public void conv2d(
            Optional<Tensor> dx, Optional<Tensor> dWeight, Tensor g, Tensor x, Conv conv, int stride, Padding padding) {
        int height = x.shape().dim(0);
        int width = x.shape().dim(1);
        int outWidth = g.shape().dim(1);
        int kernel = conv.kernel();
        for (int o = 0; o < conv.out(); o++) {
            for (int tap = 0; tap < kernel * kernel; tap++) {
                for (int c = 0; c < conv.in(); c++) {
                    int column = c * kernel * kernel + tap;
                    float weight = conv.weight().get(o, column);
                    double sum = 0;
                    for (int row = 0; row < g.rows(); row++) {
                        int y = row / outWidth * stride - padding.before() + tap / kernel;
                        int z = row % outWidth * stride - padding.before() + tap % kernel;
                        if (y < 0 || y >= height || z < 0 || z >= width) {
                            continue;
                        }
                        sum += (double) g.get(row, o) * x.get(y * width + z, c);
                        if (dx.isPresent()) {
                            add(dx.get(), y * width + z, c, (double) g.get(row, o) * weight);
                        }
                    }
                    if (dWeight.isPresent()) {
                        add(dWeight.get(), o, column, sum);
                    }
                }
            }
        }
    }

    @Override
    public void upsample2x(Tensor dx, Tensor g) {
        int width = dx.shape().dim(1);
        for (int row = 0; row < g.rows(); row++) {
            int pixel = row / (2 * width) / 2 * width + row % (2 * width) / 2;
            for (int col = 0; col < g.cols(); col++) {
                add(dx, pixel, col, g.get(row, col));
            }
        }
    }
}
