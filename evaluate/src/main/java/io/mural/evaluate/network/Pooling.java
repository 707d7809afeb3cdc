package io.mural.evaluate.network;

import io.mural.tensor.Ops;
import io.mural.tensor.Tensor;

/** Pictures reduced over small squares of pixels. The values are small beside those of convolutions, and pass the heap. */
final class Pooling {
    private Pooling() {}

    /**
     * The largest value under a square that moves by {@code stride}; beyond the border, {@code border} pixels wide,
     * there is nothing.
     */
    static Tensor largest(Ops ops, Tensor x, int side, int stride, int border) {
        int height = x.shape().dim(0);
        int width = x.shape().dim(1);
        int channels = x.cols();
        int newHeight = (height + 2 * border - side) / stride + 1;
        int newWidth = (width + 2 * border - side) / stride + 1;
        var out = new float[newHeight * newWidth * channels];
        for (int y = 0; y < newHeight; y++) {
            int top = Math.max(0, y * stride - border);
            int bottom = Math.min(height, y * stride - border + side);
            // Only these rows: a large picture must not be on the heap as a whole.
            var values = ops.read(x.rows(top * width, bottom * width));
            for (int z = 0; z < newWidth; z++) {
                int left = Math.max(0, z * stride - border);
                int right = Math.min(width, z * stride - border + side);
                largest(values, bottom - top, width, left, right, channels, out, (y * newWidth + z) * channels);
            }
        }
        return ops.tensor(out, newHeight, newWidth, channels);
    }

    private static void largest(
            float[] values, int rows, int width, int left, int right, int channels, float[] out, int to) {
        System.arraycopy(values, left * channels, out, to, channels);
        for (int row = 0; row < rows; row++) {
            for (int from = (row * width + left) * channels, col = left; col < right; col++, from += channels) {
                for (int c = 0; c < channels; c++) {
                    out[to + c] = Math.max(out[to + c], values[from + c]);
                }
            }
        }
    }

    /** The mean of each pixel and those around it, as many as there are: 9 inside, 6 at an edge, 4 in a corner. */
    static Tensor mean3x3(Ops ops, Tensor x) {
        int height = x.shape().dim(0);
        int width = x.shape().dim(1);
        int channels = x.cols();
        var values = ops.read(x);
        var out = new float[values.length];
        for (int y = 0; y < height; y++) {
            int top = Math.max(0, y - 1);
            int bottom = Math.min(height, y + 2);
            for (int z = 0; z < width; z++) {
                int left = Math.max(0, z - 1);
                int right = Math.min(width, z + 2);
                int to = (y * width + z) * channels;
                for (int row = top; row < bottom; row++) {
                    for (int col = left; col < right; col++) {
                        int from = (row * width + col) * channels;
                        for (int c = 0; c < channels; c++) {
                            out[to + c] += values[from + c];
                        }
                    }
                }
                float share = 1f / ((bottom - top) * (right - left));
                for (int c = 0; c < channels; c++) {
                    out[to + c] *= share;
                }
            }
        }
        return ops.tensor(out, height, width, channels);
    }

    /** The mean of all rows, [cols], summed in float64. */
    static float[] meanOfRows(float[] values, int cols) {
        var sums = new double[cols];
        for (int i = 0; i < values.length; i++) {
            sums[i % cols] += values[i];
        }
        int rows = values.length / cols;
        var mean = new float[cols];
        for (int c = 0; c < cols; c++) {
            mean[c] = (float) (sums[c] / rows);
        }
        return mean;
    }
}
