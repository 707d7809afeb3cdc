package io.mural.tensor.cpu;

import io.mural.tensor.Conv;
import io.mural.tensor.Padding;
import io.mural.tensor.Tensor;

/**
 * The pixels under the taps of a convolution: a patch is [in, kernel, kernel], as rows of the weight are, with zeros
 * outside of the picture.
 *
 * @param outWidth pixels of a row of the result
 * @param top first row of the result that patches are of
 */
record ConvPatches(Tensor x, Conv conv, int outWidth, int top, int stride, Padding padding) {
    private interface Tap {
        void run(int pixel, int tap, int patch);
    }

    private void forEachTap(int pixels, Tap body) {
        int height = x.shape().dim(0);
        int width = x.shape().dim(1);
        int kernel = conv.kernel();
        for (int patch = 0; patch < pixels; patch++) {
            int y0 = (top + patch / outWidth) * stride - padding.before();
            int x0 = patch % outWidth * stride - padding.before();
            for (int tap = 0; tap < kernel * kernel; tap++) {
                int y = y0 + tap / kernel;
                int z = x0 + tap % kernel;
                boolean inside = y >= 0 && y < height && z >= 0 && z < width;
                body.run(inside ? y * width + z : -1, tap, patch);
            }
        }
    }

    /** Writes the patches one after the other. */
    void gather(float[] patches, int pixels) {
        int in = conv.in();
        int taps = conv.kernel() * conv.kernel();
        var line = new float[in];
        forEachTap(pixels, (pixel, tap, patch) -> {
            int to = patch * in * taps + tap;
            if (pixel >= 0) {
                x.readRow(pixel, 0, line, 0, in);
            }
            for (int c = 0; c < in; c++) {
                patches[to + c * taps] = pixel < 0 ? 0 : line[c];
            }
        });
    }

    /** Adds patches to the pixels they are of. */
    void scatter(float[] patches, int pixels, Tensor sums) {
        int in = conv.in();
        int taps = conv.kernel() * conv.kernel();
        var line = new float[in];
        forEachTap(pixels, (pixel, tap, patch) -> {
            if (pixel < 0) {
                return;
            }
            int from = patch * in * taps + tap;
            sums.readRow(pixel, 0, line, 0, in);
            for (int c = 0; c < in; c++) {
                line[c] += patches[from + c * taps];
            }
            sums.writeRow(pixel, 0, line, 0, in);
        });
    }
}
