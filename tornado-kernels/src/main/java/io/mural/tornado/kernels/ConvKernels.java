package io.mural.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.BFloat16;
import uk.ac.manchester.tornado.api.types.arrays.BFloat16Array;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Convolution as a product of pixels' neighbourhoods, gathered on the way, and weights: the tiles of
 * {@link GemmKernels} with rows that are pixels of y and k running over (row of the kernel, column of the kernel,
 * channel). Weights are [out, kernel, kernel, in], so that neighbouring k are neighbouring channels of x.
 *
 * <p>Parameters: offsets of y, x, w, bias (-1 without one); pixels of y, channels in and out, kernel, stride, padding
 * before, height and width of x, width of y, and 1 where the result is added to y. Pictures are contiguous.
 */
final class ConvKernels {
    private static final int TILE = GemmKernels.TILE;
    private static final int SLICE = GemmKernels.SLICE;
    private static final int PITCH = GemmKernels.PITCH;
    private static final int SIDE = GemmKernels.SIDE;
    private static final int PART = GemmKernels.PART;

    private ConvKernels() {}

    static void convF32(
            KernelContext c, IntArray p, FloatArray f, FloatArray x, FloatArray w, FloatArray bias, FloatArray y) {
        float[] xs = c.allocateFloatLocalArray(SLICE * PITCH);
        float[] ws = c.allocateFloatLocalArray(SLICE * PITCH);
        float[] acc = new float[PART];
        int thread = c.localIdx;
        int threads = c.localGroupSizeX;
        int slice = threads / 4;
        int depth = p.get(7) * p.get(7) * p.get(5);
        int out = p.get(6);
        int tilesAcross = (out + TILE - 1) / TILE;
        int pixel0 = c.groupIdx / tilesAcross * TILE;
        int col0 = c.groupIdx % tilesAcross * TILE;
        for (int i = 0; i < PART; i++) {
            acc[i] = 0;
        }
        for (int k0 = 0; k0 < depth; k0 += slice) {
            for (int i = thread; i < TILE * SLICE; i += threads) {
                int place = i % SLICE * PITCH + i / SLICE;
                int k = k0 + i % SLICE;
                float weight = 0;
                float value = 0;
                if (k < depth) {
                    value = neighbour(p, x, pixel0 + i / SLICE, k);
                    if (col0 + i / SLICE < out) {
                        weight = w.get(p.get(2) + (col0 + i / SLICE) * depth + k);
                    }
                }
                xs[place] = value;
                ws[place] = weight;
            }
            c.localBarrier();
            for (int k = 0; k < slice; k++) {
                int row = k * PITCH + thread / SIDE * SIDE;
                int col = k * PITCH + thread % SIDE;
                for (int i = 0; i < SIDE; i++) {
                    float value = xs[row + i];
                    for (int j = 0; j < SIDE; j++) {
                        acc[i * SIDE + j] += value * ws[col + j * SIDE];
                    }
                }
            }
            c.localBarrier();
        }
        for (int i = 0; i < PART; i++) {
            int pixel = pixel0 + thread / SIDE * SIDE + i / SIDE;
            int col = col0 + i % SIDE * SIDE + thread % SIDE;
            if (pixel < p.get(4) && col < out) {
                store(p, bias, y, pixel, col, acc[i]);
            }
        }
    }

    static void convF16(
            KernelContext c, IntArray p, FloatArray f, FloatArray x, HalfFloatArray w, FloatArray bias, FloatArray y) {
        float[] xs = c.allocateFloatLocalArray(SLICE * PITCH);
        float[] ws = c.allocateFloatLocalArray(SLICE * PITCH);
        float[] acc = new float[PART];
        int thread = c.localIdx;
        int threads = c.localGroupSizeX;
        int slice = threads / 4;
        int depth = p.get(7) * p.get(7) * p.get(5);
        int out = p.get(6);
        int tilesAcross = (out + TILE - 1) / TILE;
        int pixel0 = c.groupIdx / tilesAcross * TILE;
        int col0 = c.groupIdx % tilesAcross * TILE;
        for (int i = 0; i < PART; i++) {
            acc[i] = 0;
        }
        for (int k0 = 0; k0 < depth; k0 += slice) {
            for (int i = thread; i < TILE * SLICE; i += threads) {
                int place = i % SLICE * PITCH + i / SLICE;
                int k = k0 + i % SLICE;
                float weight = 0;
                float value = 0;
                if (k < depth) {
                    value = neighbour(p, x, pixel0 + i / SLICE, k);
                    if (col0 + i / SLICE < out) {
                        weight =
                                w.get(p.get(2) + (col0 + i / SLICE) * depth + k).getFloat32();
                    }
                }
                xs[place] = value;
                ws[place] = weight;
            }
            c.localBarrier();
            for (int k = 0; k < slice; k++) {
                int row = k * PITCH + thread / SIDE * SIDE;
                int col = k * PITCH + thread % SIDE;
                for (int i = 0; i < SIDE; i++) {
                    float value = xs[row + i];
                    for (int j = 0; j < SIDE; j++) {
                        acc[i * SIDE + j] += value * ws[col + j * SIDE];
                    }
                }
            }
            c.localBarrier();
        }
        for (int i = 0; i < PART; i++) {
            int pixel = pixel0 + thread / SIDE * SIDE + i / SIDE;
            int col = col0 + i % SIDE * SIDE + thread % SIDE;
            if (pixel < p.get(4) && col < out) {
                store(p, bias, y, pixel, col, acc[i]);
            }
        }
    }

    static void convBF16(
            KernelContext c, IntArray p, FloatArray f, FloatArray x, BFloat16Array w, FloatArray bias, FloatArray y) {
        float[] xs = c.allocateFloatLocalArray(SLICE * PITCH);
        float[] ws = c.allocateFloatLocalArray(SLICE * PITCH);
        float[] acc = new float[PART];
        int thread = c.localIdx;
        int threads = c.localGroupSizeX;
        int slice = threads / 4;
        int depth = p.get(7) * p.get(7) * p.get(5);
        int out = p.get(6);
        int tilesAcross = (out + TILE - 1) / TILE;
        int pixel0 = c.groupIdx / tilesAcross * TILE;
        int col0 = c.groupIdx % tilesAcross * TILE;
        for (int i = 0; i < PART; i++) {
            acc[i] = 0;
        }
        for (int k0 = 0; k0 < depth; k0 += slice) {
            for (int i = thread; i < TILE * SLICE; i += threads) {
                int place = i % SLICE * PITCH + i / SLICE;
                int k = k0 + i % SLICE;
                float weight = 0;
                float value = 0;
                if (k < depth) {
                    value = neighbour(p, x, pixel0 + i / SLICE, k);
                    if (col0 + i / SLICE < out) {
                        weight = BFloat16.bf16ToFloat(w.get(p.get(2) + (col0 + i / SLICE) * depth + k));
                    }
                }
                xs[place] = value;
                ws[place] = weight;
            }
            c.localBarrier();
            for (int k = 0; k < slice; k++) {
                int row = k * PITCH + thread / SIDE * SIDE;
                int col = k * PITCH + thread % SIDE;
                for (int i = 0; i < SIDE; i++) {
                    float value = xs[row + i];
                    for (int j = 0; j < SIDE; j++) {
                        acc[i * SIDE + j] += value * ws[col + j * SIDE];
                    }
                }
            }
            c.localBarrier();
        }
        for (int i = 0; i < PART; i++) {
            int pixel = pixel0 + thread / SIDE * SIDE + i / SIDE;
            int col = col0 + i % SIDE * SIDE + thread % SIDE;
            if (pixel < p.get(4) && col < out) {
                store(p, bias, y, pixel, col, acc[i]);
            }
        }
    }

    /** {@code y = value + bias}, with what y held where that is added. */
    private static void store(IntArray p, FloatArray bias, FloatArray y, int pixel, int col, float value) {
        int index = p.get(0) + pixel * p.get(6) + col;
        float sum = value;
        if (p.get(3) >= 0) {
            sum += bias.get(p.get(3) + col);
        }
        if (p.get(13) != 0) {
            sum += y.get(index);
        }
        y.set(index, sum);
    }

    /** Element k of the neighbourhood of a pixel of y; zero around the picture and beyond the last pixel. */
    private static float neighbour(IntArray p, FloatArray x, int pixel, int k) {
        int in = p.get(5);
        int row = pixel / p.get(12) * p.get(8) - p.get(9) + k / in / p.get(7);
        int column = pixel % p.get(12) * p.get(8) - p.get(9) + k / in % p.get(7);
        float value = 0;
        if (pixel < p.get(4) && row >= 0 && row < p.get(10) && column >= 0 && column < p.get(11)) {
            value = x.get(p.get(1) + (row * p.get(11) + column) * in + k % in);
        }
        return value;
    }
}
