package io.mural.tensor.cpu;

import io.mural.tensor.Activation;
import io.mural.tensor.AttentionCall;
import io.mural.tensor.Conv;
import io.mural.tensor.GradientKernels;
import io.mural.tensor.Linear;
import io.mural.tensor.Matrix;
import io.mural.tensor.Moments;
import io.mural.tensor.Ops;
import io.mural.tensor.Padding;
import io.mural.tensor.Rope;
import io.mural.tensor.RowMix;
import io.mural.tensor.Tensor;
import io.mural.tensor.Workspace;
import java.util.Arrays;

/**
 * The oracle: every operation as its formula, one element at a time, sums in double. Slow on purpose; what other
 * backends are compared with.
 */
public final class ScalarOps extends Ops {
    public ScalarOps(Workspace workspace) {
        super(workspace);
    }

    @Override
    protected void linearKernel(Tensor out, Tensor x, Linear layer, Activation f) {
        for (int row = 0; row < x.rows(); row++) {
            for (int col = 0; col < layer.out(); col++) {
                double sum = layer.bias().isPresent() ? layer.bias().get().get(0, col) : 0;
                sum += dot(x, row, layer.weight(), col);
                for (var adapter : layer.adapters()) {
                    double low = 0;
                    for (int r = 0; r < adapter.rank(); r++) {
                        low += dot(x, row, adapter.down(), r) * adapter.up().get(col, r);
                    }
                    sum += adapter.scale() * low;
                }
                out.set(row, col, (float) apply(f, sum));
            }
        }
    }

    private static double dot(Tensor x, int row, Matrix weight, int weightRow) {
        double sum = 0;
        for (int i = 0; i < weight.cols(); i++) {
            sum += (double) x.get(row, i) * weight.get(weightRow, i);
        }
        return sum;
    }

    @Override
    protected void embeddingKernel(Tensor out, Matrix table, int[] ids) {
        for (int row = 0; row < ids.length; row++) {
            for (int col = 0; col < table.cols(); col++) {
                out.set(row, col, table.get(ids[row], col));
            }
        }
    }

    @Override
    protected void activateKernel(Tensor x, Activation f) {
        for (int row = 0; row < x.rows(); row++) {
            for (int col = 0; col < x.cols(); col++) {
                x.set(row, col, (float) apply(f, x.get(row, col)));
            }
        }
    }

    static double apply(Activation f, double x) {
        return switch (f) {
            case NONE -> x;
            case SILU -> x / (1 + Math.exp(-x));
            case GELU_TANH -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case QUICK_GELU -> x / (1 + Math.exp(-1.702 * x));
        };
    }

    @Override
    protected void addKernel(Tensor x, Tensor y) {
        for (int row = 0; row < x.rows(); row++) {
            for (int col = 0; col < x.cols(); col++) {
                x.set(row, col, x.get(row, col) + y.get(y.rows() == 1 ? 0 : row, col));
            }
        }
    }

    @Override
    protected void multiplyKernel(Tensor x, Tensor y) {
        for (int row = 0; row < x.rows(); row++) {
            for (int col = 0; col < x.cols(); col++) {
                x.set(row, col, x.get(row, col) * y.get(row, col));
            }
        }
    }

    @Override
    protected void addGatedKernel(Tensor x, Tensor gate, Tensor y) {
        for (int row = 0; row < x.rows(); row++) {
            for (int col = 0; col < x.cols(); col++) {
                x.set(row, col, x.get(row, col) + gate.get(0, col) * y.get(row, col));
            }
        }
    }

    @Override
    protected void copyKernel(Tensor out, Tensor x) {
        for (int row = 0; row < x.rows(); row++) {
            for (int col = 0; col < x.cols(); col++) {
                out.set(row, col, x.get(row, col));
            }
        }
    }

    @Override
    protected void mixRowsKernel(Tensor out, Tensor x, RowMix mix) {
        for (int row = 0; row < out.rows(); row++) {
            for (int col = 0; col < x.cols(); col++) {
                double sum = 0;
                for (int i = mix.starts()[row]; i < mix.starts()[row + 1]; i++) {
                    sum += (double) mix.weights()[i] * x.get(mix.rows()[i], col);
                }
                out.set(row, col, (float) sum);
            }
        }
    }

    @Override
    protected void layerNormKernel(Tensor out, Tensor x, Tensor gain, Tensor shift, float gainOffset, float eps) {
        int n = x.cols();
        for (int row = 0; row < x.rows(); row++) {
            double mean = 0;
            for (int col = 0; col < n; col++) {
                mean += x.get(row, col);
            }
            mean /= n;
            double variance = 0;
            for (int col = 0; col < n; col++) {
                double centred = x.get(row, col) - mean;
                variance += centred * centred;
            }
            variance /= n;
            double factor = 1 / Math.sqrt(variance + eps);
            for (int col = 0; col < n; col++) {
                double normed = (x.get(row, col) - mean) * factor;
                out.set(row, col, (float) (normed * (gainOffset + gain.get(0, col)) + shift.get(0, col)));
            }
        }
    }

    @Override
    protected void rmsNormKernel(Tensor out, Tensor x, Tensor weight, float eps) {
        for (int row = 0; row < x.rows(); row++) {
            double factor = rmsFactor(x, row, 0, x.cols(), eps);
            for (int col = 0; col < x.cols(); col++) {
                out.set(row, col, (float) (x.get(row, col) * factor * weight.get(0, col)));
            }
        }
    }

    static double rmsFactor(Tensor x, int row, int from, int count, float eps) {
        double squares = 0;
        for (int col = from; col < from + count; col++) {
            squares += (double) x.get(row, col) * x.get(row, col);
        }
        return 1 / Math.sqrt(squares / count + eps);
    }

    @Override
    protected void normRopeKernel(Tensor x, Tensor weight, float eps, Rope rope) {
        int headDim = weight.cols();
        var factors = new double[headDim];
        for (int row = 0; row < x.rows(); row++) {
            for (int head = 0; head < x.cols(); head += headDim) {
                double factor = rmsFactor(x, row, head, headDim, eps);
                for (int i = 0; i < headDim; i++) {
                    factors[i] = factor * weight.get(0, i);
                }
                rotate(x, row, head, factors, rope);
            }
        }
    }

    @Override
    protected void ropeKernel(Tensor x, Rope rope) {
        var factors = new double[2 * rope.cos().cols()];
        Arrays.fill(factors, 1);
        for (int row = 0; row < x.rows(); row++) {
            for (int head = 0; head < x.cols(); head += factors.length) {
                rotate(x, row, head, factors, rope);
            }
        }
    }

    /** Rotates the pairs of the head that begins at column {@code head}, each element times its factor. */
    private static void rotate(Tensor x, int row, int head, double[] factors, Rope rope) {
        int headDim = factors.length;
        for (int i = 0; i < headDim / 2; i++) {
            int first = switch (rope.pairs()) {
                case ADJACENT -> 2 * i;
                case HALVES -> i;
            };
            int second = switch (rope.pairs()) {
                case ADJACENT -> 2 * i + 1;
                case HALVES -> i + headDim / 2;
            };
            double a = x.get(row, head + first) * factors[first];
            double b = x.get(row, head + second) * factors[second];
            double cos = rope.cos().get(row, i);
            double sin = rope.sin().get(row, i);
            x.set(row, head + first, (float) (a * cos - b * sin));
            x.set(row, head + second, (float) (b * cos + a * sin));
        }
    }

    @Override
    protected Moments momentsKernel(Tensor x, int groups) {
        int size = x.cols() / groups;
        long count = (long) x.rows() * size;
        var means = new double[groups];
        var squares = new double[groups];
        for (int group = 0; group < groups; group++) {
            for (int row = 0; row < x.rows(); row++) {
                for (int col = group * size; col < (group + 1) * size; col++) {
                    means[group] += x.get(row, col);
                }
            }
            means[group] /= count;
            for (int row = 0; row < x.rows(); row++) {
                for (int col = group * size; col < (group + 1) * size; col++) {
                    squares[group] += (x.get(row, col) - means[group]) * (x.get(row, col) - means[group]);
                }
            }
        }
        return new Moments(count, means, squares);
    }

    @Override
    protected void groupNormKernel(
            Tensor out, Tensor x, Moments moments, Tensor weight, Tensor bias, float eps, Activation f) {
        int size = x.cols() / moments.groups();
        for (int col = 0; col < x.cols(); col++) {
            int group = col / size;
            double factor = 1 / Math.sqrt(moments.squares()[group] / moments.count() + eps);
            for (int row = 0; row < x.rows(); row++) {
                double normed = (x.get(row, col) - moments.means()[group]) * factor;
                out.set(row, col, (float) apply(f, normed * weight.get(0, col) + bias.get(0, col)));
            }
        }
    }

    @Override
    protected void attentionKernel(AttentionCall call) {
        var q = call.q();
        var k = call.k();
        int headDim = call.headDim();
        var weights = new double[call.layout().keys()];
        for (int head = 0; head < call.heads(); head++) {
            int qFrom = head * headDim;
            int kFrom = head / call.sharing() * headDim;
            for (var block : call.layout().blocks()) {
                for (int i = block.from(); i < block.to(); i++) {
                    double max = Double.NEGATIVE_INFINITY;
                    for (var run : block.runs()) {
                        for (int j = run.from(); j < run.to(); j++) {
                            double score = 0;
                            for (int d = 0; d < headDim; d++) {
                                score += (double) q.get(i, qFrom + d) * k.get(j, kFrom + d);
                            }
                            score *= call.scale();
                            if (call.distanceBias().isPresent()) {
                                score += call.distanceBias().get().get(head, j - i + q.rows() - 1);
                            }
                            weights[j] = score;
                            max = Math.max(max, score);
                        }
                    }
                    double sum = 0;
                    for (var run : block.runs()) {
                        for (int j = run.from(); j < run.to(); j++) {
                            weights[j] = Math.exp(weights[j] - max);
                            sum += weights[j];
                        }
                    }
                    for (int d = 0; d < headDim; d++) {
                        double value = 0;
                        for (var run : block.runs()) {
                            for (int j = run.from(); j < run.to(); j++) {
                                value += weights[j] * call.v().get(j, kFrom + d);
                            }
                        }
                        call.out().set(i, qFrom + d, (float) (value / sum));
                    }
                }
            }
        }
    }

    @Override
    protected void conv2dKernel(Tensor out, Tensor x, Conv conv, int stride, Padding padding, boolean added) {
        int height = x.shape().dim(0);
        int width = x.shape().dim(1);
        int outWidth = out.shape().dim(1);
        int kernel = conv.kernel();
        for (int row = 0; row < out.rows(); row++) {
            int top = row / outWidth * stride - padding.before();
            int left = row % outWidth * stride - padding.before();
            for (int channel = 0; channel < conv.out(); channel++) {
                double sum = added ? out.get(row, channel) : 0;
                sum += conv.bias().isPresent() ? conv.bias().get().get(0, channel) : 0;
                for (int dy = 0; dy < kernel; dy++) {
                    for (int dx = 0; dx < kernel; dx++) {
                        int y = top + dy;
                        int z = left + dx;
                        if (y < 0 || y >= height || z < 0 || z >= width) {
                            continue;
                        }
                        for (int c = 0; c < conv.in(); c++) {
                            sum += (double) x.get(y * width + z, c)
                                    * conv.weight().get(channel, (c * kernel + dy) * kernel + dx);
                        }
                    }
                }
                out.set(row, channel, (float) sum);
            }
        }
    }

    @Override
    protected void upsample2xKernel(Tensor out, Tensor x) {
        int width = x.shape().dim(1);
        for (int row = 0; row < out.rows(); row++) {
            int y = row / (2 * width) / 2;
            int z = row % (2 * width) / 2;
            for (int col = 0; col < x.cols(); col++) {
                out.set(row, col, x.get(y * width + z, col));
            }
        }
    }

    @Override
    public GradientKernels gradients() {
        return new ScalarGradients();
    }
}
