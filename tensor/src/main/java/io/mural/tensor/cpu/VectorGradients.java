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
import io.mural.tensor.Shape;
import io.mural.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/**
 * Gradients with the Vector API, on several threads; the same bytes whatever their number. Products and attention run
 * on {@link MicroKernel}; tables of embeddings and group norms, which large models do not train, by the oracle's loops.
 */
final class VectorGradients implements GradientKernels {
    /** Columns that a task sums. */
    private static final int COLUMNS = 256;
    /** Floats of gathered patches of a convolution. */
    private static final int PATCHES = 1 << 22;

    private final Threads threads;
    private final Scratch[] scratch;
    private final GradientProducts products;
    private final GradientNorms norms;
    private final AttentionGradient attention;
    private final ScalarGradients plain = new ScalarGradients();

    VectorGradients(Threads threads, Scratch[] scratch) {
        this.threads = threads;
        this.scratch = scratch;
        products = new GradientProducts(threads, scratch);
        norms = new GradientNorms(threads, scratch);
        attention = new AttentionGradient(threads);
    }

    @Override
    public void zero(Tensor x) {
        if (x.contiguous()) {
            x.segment().asSlice(0, x.shape().size() * Float.BYTES).fill((byte) 0);
            return;
        }
        var zeros = new float[x.cols()];
        for (int row = 0; row < x.rows(); row++) {
            x.writeRow(row, 0, zeros, 0, x.cols());
        }
    }

    @Override
    public void scale(Tensor x, float factor) {
        var line = new float[x.cols()];
        for (int row = 0; row < x.rows(); row++) {
            x.readRow(row, 0, line, 0, line.length);
            for (int i = 0; i < line.length; i++) {
                line[i] *= factor;
            }
            x.writeRow(row, 0, line, 0, line.length);
        }
    }

    @Override
    public void product(Tensor dx, Tensor g, Matrix weight) {
        products.product(dx, g, weight);
    }

    @Override
    public void outer(Tensor dWeight, Tensor g, Tensor x) {
        products.outer(dWeight, g, x);
    }

    @Override
    public void sumRows(Tensor row, Tensor g) {
        forColumns(g.cols(), (col, count, memory) -> {
            var sums = new double[count];
            var line = memory.rows(count);
            for (int r = 0; r < g.rows(); r++) {
                g.readRow(r, col, line, 0, count);
                for (int i = 0; i < count; i++) {
                    sums[i] += line[i];
                }
            }
            addTo(row, col, sums);
        });
    }

    private static void addTo(Tensor row, int col, double[] sums) {
        for (int i = 0; i < sums.length; i++) {
            row.set(0, col + i, (float) (row.get(0, col + i) + sums[i]));
        }
    }

    private interface Columns {
        void run(int col, int count, Scratch memory);
    }

    private void forColumns(int cols, Columns body) {
        threads.run(Math.ceilDiv(cols, COLUMNS), (task, worker) -> {
            int col = task * COLUMNS;
            body.run(col, Math.min(COLUMNS, cols - col), scratch[worker]);
        });
    }

    @Override
    public void activation(Tensor g, Tensor a, Activation f) {
        int rows = Blocks.taskRows(g);
        threads.run(Math.ceilDiv(g.rows(), rows), (task, worker) -> {
            int first = task * rows;
            int count = Math.min(rows, g.rows() - first);
            var given = scratch[worker].rows(Lanes.up(count * g.cols()));
            var values = scratch[worker].more(Lanes.up(count * g.cols()));
            Blocks.read(g, first, count, given, 0);
            Blocks.read(a, first, count, values, 0);
            ActivationGradient.apply(f, given, values, count * g.cols());
            Blocks.write(g, first, count, given, 0);
        });
    }

    @Override
    public void embedding(Tensor dTable, int[] ids, Tensor g) {
        plain.embedding(dTable, ids, g);
    }

    @Override
    public void addProduct(Tensor sum, Tensor x, Tensor y) {
        boolean oneRow = sum.rows() == 1;
        forColumns(x.cols(), (col, count, memory) -> {
            var sums = new double[count];
            var left = memory.rows(count);
            var right = memory.more(count);
            var line = memory.bias(count);
            for (int r = 0; r < x.rows(); r++) {
                x.readRow(r, col, left, 0, count);
                y.readRow(r, col, right, 0, count);
                if (oneRow) {
                    for (int i = 0; i < count; i++) {
                        sums[i] += (double) left[i] * right[i];
                    }
                } else {
                    sum.readRow(r, col, line, 0, count);
                    for (int i = 0; i < count; i++) {
                        line[i] += left[i] * right[i];
                    }
                    sum.writeRow(r, col, line, 0, count);
                }
            }
            if (oneRow) {
                addTo(sum, col, sums);
            }
        });
    }

    @Override
    public void layerNorm(
            Optional<Tensor> dx, Optional<Tensor> dGain, Tensor g, Tensor x, Tensor gain, float gainOffset, float eps) {
        norms.layer(dx, dGain, g, x, gain, gainOffset, eps);
    }

    @Override
    public void rmsNorm(Optional<Tensor> dx, Optional<Tensor> dWeight, Tensor g, Tensor x, Tensor weight, float eps) {
        norms.rms(dx, dWeight, g, x, weight, eps);
    }

    @Override
    public void normRope(Tensor g, Optional<Tensor> dWeight, Tensor x, Tensor weight, float eps, Rope rope) {
        norms.rope(g, dWeight, x, weight, eps, rope);
    }

    @Override
    public void rope(Tensor g, Rope rope) {
        norms.rotateBack(g, rope);
    }

    @Override
    public void mixRows(Tensor dx, Tensor g, RowMix mix) {
        plain.mixRows(dx, g, mix);
    }

    @Override
    public void logSumExp(Tensor out, AttentionCall of) {
        attention.logSumExp(out, of);
    }

    @Override
    public void attention(AttentionGradients into, Tensor g, Tensor logSumExp, AttentionCall of) {
        attention.run(into, g, logSumExp, of);
    }

    @Override
    public void groupNorm(GroupNormGradients into, Tensor g, Tensor x, Moments moments, GroupNormOperands of) {
        plain.groupNorm(into, g, x, moments, of);
    }

    @Override
    public void moments(Tensor dx, Tensor x, Moments moments, double[] dMeans, double[] dVariances) {
        plain.moments(dx, x, moments, dMeans, dVariances);
    }

    /** As products over gathered patches [pixels, in x kernel x kernel], some rows of the picture at a time. */
    @Override
    public void conv2d(
            Optional<Tensor> dx, Optional<Tensor> dWeight, Tensor g, Tensor x, Conv conv, int stride, Padding padding) {
        int outWidth = g.shape().dim(1);
        int depth = conv.weight().cols();
        int rows = Math.clamp(PATCHES / ((long) depth * outWidth), 1, g.shape().dim(0));
        var patches = new float[rows * outWidth * depth];
        for (int top = 0; top < g.shape().dim(0); top += rows) {
            int count = Math.min(rows, g.shape().dim(0) - top);
            int pixels = count * outWidth;
            var given = g.rows(top * outWidth, top * outWidth + pixels);
            var view = Tensor.of(MemorySegment.ofArray(patches), Shape.of(pixels, depth));
            var places = new ConvPatches(x, conv, outWidth, top, stride, padding);
            dWeight.ifPresent(sum -> {
                places.gather(patches, pixels);
                products.outer(sum, given, view);
            });
            dx.ifPresent(sum -> {
                Arrays.fill(patches, 0, pixels * depth, 0);
                products.product(view, given, conv.weight());
                places.scatter(patches, pixels, sum);
            });
        }
    }

    @Override
    public void upsample2x(Tensor dx, Tensor g) {
        plain.upsample2x(dx, g);
    }
}
