package io.mural.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.BFloat16;
import uk.ac.manchester.tornado.api.types.arrays.BFloat16Array;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Matrix products {@code y = f(alpha x w^T + beta y + bias)} with x [rows, in], w [out, in], y [rows, out], one kernel
 * for each storage format of w; products and sums are float32.
 *
 * <p>A work-group of 64 makes a tile of 64 x 64: each work-item 8 neighbouring rows and every eighth column of it, in
 * registers, from slices of 16 columns of x and w in local memory. Local arrays must not be passed to methods: TornadoVM
 * 5.2.0 then addresses them in bytes. Loops that must stay loops have bounds that are no constants.
 *
 * <p>Parameters, in p: offset and row stride of y, of x, offset of w, of the bias (-1 without one), rows,
 * in, out, activation; f: alpha and beta.
 */
public final class GemmKernels {
    public static final int TILE = 64;
    public static final int THREADS = 64;
    static final int SLICE = 16;
    /** A slice's rows lie so far apart that neighbouring work-items write to different banks. */
    static final int PITCH = TILE + 1;

    static final int SIDE = 8;
    static final int PART = SIDE * SIDE;

    private GemmKernels() {}

    static void gemmF32(
            KernelContext c, IntArray p, FloatArray f, FloatArray x, FloatArray w, FloatArray bias, FloatArray y) {
        float[] xs = c.allocateFloatLocalArray(SLICE * PITCH);
        float[] ws = c.allocateFloatLocalArray(SLICE * PITCH);
        float[] acc = new float[PART];
        int thread = c.localIdx;
        int threads = c.localGroupSizeX;
        int slice = threads / 4;
        int in = p.get(7);
        int out = p.get(8);
        int tilesAcross = (out + TILE - 1) / TILE;
        int row0 = c.groupIdx / tilesAcross * TILE;
        int col0 = c.groupIdx % tilesAcross * TILE;
        for (int i = 0; i < PART; i++) {
            acc[i] = 0;
        }
        for (int k0 = 0; k0 < in; k0 += slice) {
            for (int i = thread; i < TILE * SLICE; i += threads) {
                int place = i % SLICE * PITCH + i / SLICE;
                int k = k0 + i % SLICE;
                xs[place] = element(p, x, row0 + i / SLICE, k);
                float weight = 0;
                if (col0 + i / SLICE < out && k < in) {
                    weight = w.get(p.get(4) + (col0 + i / SLICE) * in + k);
                }
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
            int row = row0 + thread / SIDE * SIDE + i / SIDE;
            store(p, f, bias, y, row, col0 + i % SIDE * SIDE + thread % SIDE, acc[i]);
        }
    }

    static void gemmF16(
            KernelContext c, IntArray p, FloatArray f, FloatArray x, HalfFloatArray w, FloatArray bias, FloatArray y) {
        float[] xs = c.allocateFloatLocalArray(SLICE * PITCH);
        float[] ws = c.allocateFloatLocalArray(SLICE * PITCH);
        float[] acc = new float[PART];
        int thread = c.localIdx;
        int threads = c.localGroupSizeX;
        int slice = threads / 4;
        int in = p.get(7);
        int out = p.get(8);
        int tilesAcross = (out + TILE - 1) / TILE;
        int row0 = c.groupIdx / tilesAcross * TILE;
        int col0 = c.groupIdx % tilesAcross * TILE;
        for (int i = 0; i < PART; i++) {
            acc[i] = 0;
        }
        for (int k0 = 0; k0 < in; k0 += slice) {
            for (int i = thread; i < TILE * SLICE; i += threads) {
                int place = i % SLICE * PITCH + i / SLICE;
                int k = k0 + i % SLICE;
                xs[place] = element(p, x, row0 + i / SLICE, k);
                float weight = 0;
                if (col0 + i / SLICE < out && k < in) {
                    weight = w.get(p.get(4) + (col0 + i / SLICE) * in + k).getFloat32();
                }
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
            int row = row0 + thread / SIDE * SIDE + i / SIDE;
            store(p, f, bias, y, row, col0 + i % SIDE * SIDE + thread % SIDE, acc[i]);
        }
    }

    static void gemmBF16(
            KernelContext c, IntArray p, FloatArray f, FloatArray x, BFloat16Array w, FloatArray bias, FloatArray y) {
        float[] xs = c.allocateFloatLocalArray(SLICE * PITCH);
        float[] ws = c.allocateFloatLocalArray(SLICE * PITCH);
        float[] acc = new float[PART];
        int thread = c.localIdx;
        int threads = c.localGroupSizeX;
        int slice = threads / 4;
        int in = p.get(7);
        int out = p.get(8);
        int tilesAcross = (out + TILE - 1) / TILE;
        int row0 = c.groupIdx / tilesAcross * TILE;
        int col0 = c.groupIdx % tilesAcross * TILE;
        for (int i = 0; i < PART; i++) {
            acc[i] = 0;
        }
        for (int k0 = 0; k0 < in; k0 += slice) {
            for (int i = thread; i < TILE * SLICE; i += threads) {
                int place = i % SLICE * PITCH + i / SLICE;
                int k = k0 + i % SLICE;
                xs[place] = element(p, x, row0 + i / SLICE, k);
                float weight = 0;
                if (col0 + i / SLICE < out && k < in) {
                    weight = BFloat16.bf16ToFloat(w.get(p.get(4) + (col0 + i / SLICE) * in + k));
                }
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
            int row = row0 + thread / SIDE * SIDE + i / SIDE;
            store(p, f, bias, y, row, col0 + i % SIDE * SIDE + thread % SIDE, acc[i]);
        }
    }

    private static float element(IntArray p, FloatArray x, int row, int k) {
        float value = 0;
        if (row < p.get(6) && k < p.get(7)) {
            value = x.get(p.get(2) + row * p.get(3) + k);
        }
        return value;
    }

    private static void store(
            IntArray p, FloatArray f, FloatArray bias, FloatArray y, int row, int col, float product) {
        if (row < p.get(6) && col < p.get(8)) {
            int index = p.get(0) + row * p.get(1) + col;
            float value = f.get(0) * product;
            float beta = f.get(1);
            if (beta != 0) {
                value += beta * y.get(index);
            }
            if (p.get(5) >= 0) {
                value += bias.get(p.get(5) + col);
            }
            y.set(index, ElementKernels.apply(p.get(9), value));
        }
    }
}
