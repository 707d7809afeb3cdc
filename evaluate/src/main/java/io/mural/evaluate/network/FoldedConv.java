package io.mural.evaluate.network;

import io.mural.tensor.Conv;
import java.util.Arrays;
import java.util.Optional;

/**
 * A convolution with the batch norm that follows it in one: {@code w' = w g / sqrt(v + eps)} and {@code b' = b - m g /
 * sqrt(v + eps)}.
 *
 * @param weight [out, in, height, width], row-major
 * @param bias [out]
 */
record FoldedConv(String name, float[] weight, float[] bias, int out, int in, int height, int width) {

    /** Of {@code conv} without a bias and the batch norm {@code norm}. */
    static FoldedConv of(WeightCopies file, String conv, String norm, double eps) {
        var name = conv + ".weight";
        var shape = file.shape(name, 4);
        var weight = file.floats(name);
        int out = shape[0];
        var gain = file.floats(norm + ".weight", out);
        var shift = file.floats(norm + ".bias", out);
        var mean = file.floats(norm + ".running_mean", out);
        var variance = file.floats(norm + ".running_var", out);
        var bias = new float[out];
        int row = weight.length / out;
        for (int o = 0; o < out; o++) {
            double factor = gain[o] / Math.sqrt(variance[o] + eps);
            bias[o] = (float) (shift[o] - mean[o] * factor);
            for (int i = o * row; i < (o + 1) * row; i++) {
                weight[i] = (float) (weight[i] * factor);
            }
        }
        return new FoldedConv(name, weight, bias, out, shape[1], shape[2], shape[3]);
    }

    /** Of a convolution with a bias of its own. */
    static FoldedConv plain(WeightCopies file, String part) {
        var name = part + ".weight";
        var shape = file.shape(name, 4);
        return new FoldedConv(
                name, file.floats(name), file.floats(part + ".bias", shape[0]), shape[0], shape[1], shape[2], shape[3]);
    }

    /**
     * A 1x1 convolution and the mean over cells of 2 x 2 pixels before it: one of 2 x 2 with a quarter of the weight at
     * each pixel.
     */
    FoldedConv afterMeanOf2x2() {
        var spread = new float[weight.length * 4];
        for (int i = 0; i < weight.length; i++) {
            Arrays.fill(spread, i * 4, i * 4 + 4, weight[i] / 4);
        }
        return new FoldedConv(name, spread, bias, out, in, 2, 2);
    }

    /** As {@code Ops.conv2d} takes it; only for square kernels. */
    Conv square(WeightCopies file) {
        if (height != width) {
            throw file.wrong(name, "a square kernel");
        }
        return new Conv(
                file.matrix(name, weight, out, in * height * width), Optional.of(file.tensor(bias, out)), in, height);
    }
}
