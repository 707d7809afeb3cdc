package io.mural.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Norms over rows and over groups of channels. A work-group takes rows (heads, chunks of pixels) in strides of the
 * number of groups; its work-items add up parts that meet in local memory. Any local size up to 64 is right.
 */
public final class NormKernels {
    static final int MOST_THREADS = 64;
    /** Pixels whose moments one work-group gathers at a time; the host merges them in double precision. */
    public static final int CHUNK = 256;

    private NormKernels() {}

    /**
     * {@code norm(x) (offset + gain) + shift} over each row. The mean's own rounding is measured on the deviations and
     * taken off in the last sum (taken off at once, drivers would add it to the mean first). Parameters: rows, cols, out, x (offset and stride each), gain, shift; f: eps, offset.
     */
    static void layerNorm(
            KernelContext c,
            IntArray p,
            FloatArray f,
            FloatArray x,
            FloatArray gain,
            FloatArray shift,
            FloatArray out) {
        float[] sums = c.allocateFloatLocalArray(MOST_THREADS);
        float[] more = c.allocateFloatLocalArray(MOST_THREADS);
        int cols = p.get(1);
        int threads = c.localGroupSizeX;
        int groups = c.globalGroupSizeX / threads;
        float eps = f.get(0);
        float offset = f.get(1);
        for (int row = c.groupIdx; row < p.get(0); row += groups) {
            int base = p.get(4) + row * p.get(5);
            float sum = 0;
            for (int i = c.localIdx; i < cols; i += threads) {
                sum += x.get(base + i);
            }
            sums[c.localIdx] = sum;
            c.localBarrier();
            float mean = 0;
            for (int i = 0; i < threads; i++) {
                mean += sums[i] / cols;
            }
            c.localBarrier();
            float left = 0;
            float squares = 0;
            for (int i = c.localIdx; i < cols; i += threads) {
                float deviation = x.get(base + i) - mean;
                left += deviation;
                squares += deviation * deviation;
            }
            sums[c.localIdx] = left;
            more[c.localIdx] = squares;
            c.localBarrier();
            float rest = 0;
            float variance = 0;
            for (int i = 0; i < threads; i++) {
                rest += sums[i] / cols;
                variance += more[i] / cols;
            }
            float factor = 1 / TornadoMath.sqrt(variance - rest * rest + eps);
            for (int i = c.localIdx; i < cols; i += threads) {
                float scaled = (offset + gain.get(p.get(6) + i)) * factor;
                float shifted = shift.get(p.get(7) + i) - rest * scaled;
                out.set(p.get(2) + row * p.get(3) + i, (x.get(base + i) - mean) * scaled + shifted);
            }
            c.localBarrier();
        }
    }

    /** {@code x / sqrt(mean(x^2) + eps) weight}. Parameters: rows, cols, out, x (offset, stride), weight; f: eps. */
    static void rmsNorm(KernelContext c, IntArray p, FloatArray f, FloatArray x, FloatArray weight, FloatArray out) {
        float[] sums = c.allocateFloatLocalArray(MOST_THREADS);
        int cols = p.get(1);
        int threads = c.localGroupSizeX;
        int groups = c.globalGroupSizeX / threads;
        for (int row = c.groupIdx; row < p.get(0); row += groups) {
            int base = p.get(4) + row * p.get(5);
            float squares = 0;
            for (int i = c.localIdx; i < cols; i += threads) {
                squares += x.get(base + i) * x.get(base + i);
            }
            sums[c.localIdx] = squares;
            c.localBarrier();
            float mean = 0;
            for (int i = 0; i < threads; i++) {
                mean += sums[i] / cols;
            }
            float factor = 1 / TornadoMath.sqrt(mean + f.get(0));
            for (int i = c.localIdx; i < cols; i += threads) {
                out.set(p.get(2) + row * p.get(3) + i, x.get(base + i) * factor * weight.get(p.get(6) + i));
            }
            c.localBarrier();
        }
    }

    /**
     * RMSNorm of every head, then its rotation, in place: pairs (a, b) become (a cos - b sin, b cos + a sin).
     * Parameters: rows, headDim, heads, x (offset, stride), weight, cos, sin (offset, stride each),
     * distance of a pair's elements, distance of pairs; f: eps.
     */
    static void normRope(
            KernelContext c,
            IntArray p,
            FloatArray f,
            FloatArray weight,
            FloatArray cosines,
            FloatArray sines,
            FloatArray x) {
        float[] sums = c.allocateFloatLocalArray(MOST_THREADS);
        int headDim = p.get(1);
        int heads = p.get(2);
        int threads = c.localGroupSizeX;
        int groups = c.globalGroupSizeX / threads;
        for (int n = c.groupIdx; n < p.get(0) * heads; n += groups) {
            int row = n / heads;
            int base = p.get(3) + row * p.get(4) + n % heads * headDim;
            float squares = 0;
            for (int i = c.localIdx; i < headDim; i += threads) {
                squares += x.get(base + i) * x.get(base + i);
            }
            sums[c.localIdx] = squares;
            c.localBarrier();
            float mean = 0;
            for (int i = 0; i < threads; i++) {
                mean += sums[i] / headDim;
            }
            float factor = 1 / TornadoMath.sqrt(mean + f.get(0));
            for (int i = c.localIdx; i < headDim / 2; i += threads) {
                int first = i * p.get(11);
                int second = first + p.get(10);
                float a = x.get(base + first) * factor * weight.get(p.get(5) + first);
                float b = x.get(base + second) * factor * weight.get(p.get(5) + second);
                float cos = cosines.get(p.get(6) + row * p.get(7) + i);
                float sin = sines.get(p.get(8) + row * p.get(9) + i);
                x.set(base + first, a * cos - b * sin);
                x.set(base + second, b * cos + a * sin);
            }
            c.localBarrier();
        }
    }

    /**
     * The rotation of every head, in place: pairs (a, b) become (a cos - b sin, b cos + a sin). Work-items walk over all
     * pairs in strides of the grid. Parameters: rows, headDim, heads, x (offset, stride), cos, sin (offset, stride each),
     * distance of a pair's elements, distance of pairs.
     */
    static void rope(KernelContext c, IntArray p, FloatArray f, FloatArray cosines, FloatArray sines, FloatArray x) {
        int headDim = p.get(1);
        int half = headDim / 2;
        int pairs = p.get(2) * half;
        int count = p.get(0) * pairs;
        for (int n = c.globalIdx; n < count; n += c.globalGroupSizeX) {
            int row = n / pairs;
            int i = n % half;
            int first = p.get(3) + row * p.get(4) + n % pairs / half * headDim + i * p.get(10);
            int second = first + p.get(9);
            float a = x.get(first);
            float b = x.get(second);
            float cos = cosines.get(p.get(5) + row * p.get(6) + i);
            float sin = sines.get(p.get(7) + row * p.get(8) + i);
            x.set(first, a * cos - b * sin);
            x.set(second, b * cos + a * sin);
        }
    }

    /**
     * Of every group of channels and chunk of pixels: a value near the mean, the sum of the deviations from it and the
     * sum of their squares, [chunks, groups, 3]. Parameters: rows, cols, out, x (offset, stride), groups of channels.
     */
    static void moments(KernelContext c, IntArray p, FloatArray f, FloatArray x, FloatArray out) {
        float[] sums = c.allocateFloatLocalArray(MOST_THREADS);
        float[] more = c.allocateFloatLocalArray(MOST_THREADS);
        int rows = p.get(0);
        int channelGroups = p.get(5);
        int size = p.get(1) / channelGroups;
        int chunks = (rows + CHUNK - 1) / CHUNK;
        int threads = c.localGroupSizeX;
        int groups = c.globalGroupSizeX / threads;
        for (int n = c.groupIdx; n < chunks * channelGroups; n += groups) {
            int from = n / channelGroups * CHUNK;
            int count = TornadoMath.min(CHUNK, rows - from) * size;
            int base = p.get(3) + from * p.get(4) + n % channelGroups * size;
            float sum = 0;
            for (int i = c.localIdx; i < count; i += threads) {
                sum += x.get(base + i / size * p.get(4) + i % size);
            }
            sums[c.localIdx] = sum;
            c.localBarrier();
            float mean = 0;
            for (int i = 0; i < threads; i++) {
                mean += sums[i] / count;
            }
            c.localBarrier();
            float left = 0;
            float squares = 0;
            for (int i = c.localIdx; i < count; i += threads) {
                float deviation = x.get(base + i / size * p.get(4) + i % size) - mean;
                left += deviation;
                squares += deviation * deviation;
            }
            sums[c.localIdx] = left;
            more[c.localIdx] = squares;
            c.localBarrier();
            if (c.localIdx == 0) {
                float rest = 0;
                float spread = 0;
                for (int i = 0; i < threads; i++) {
                    rest += sums[i];
                    spread += more[i];
                }
                out.set(p.get(2) + n * 3, mean);
                out.set(p.get(2) + n * 3 + 1, rest);
                out.set(p.get(2) + n * 3 + 2, spread);
            }
            c.localBarrier();
        }
    }

    /**
     * {@code f(((x - mean) factor + rest) weight + bias)}; each group's mean, what its rounding left of the normed values
     * (TornadoVM lets drivers reorder sums, so two parts of a mean would meet) and its factor lie in f. Parameters: rows,
     * cols, out, x (offset, stride each), weight, bias, channels of a group, activation.
     */
    static void groupNorm(
            KernelContext c,
            IntArray p,
            FloatArray f,
            FloatArray x,
            FloatArray weight,
            FloatArray bias,
            FloatArray out) {
        int cols = p.get(1);
        int count = p.get(0) * cols;
        for (int i = c.globalIdx; i < count; i += c.globalGroupSizeX) {
            int col = i % cols;
            int group = col / p.get(8) * 3;
            float centred = x.get(p.get(4) + i / cols * p.get(5) + col) - f.get(group);
            float normed = centred * f.get(group + 2) + f.get(group + 1);
            float value = normed * weight.get(p.get(6) + col) + bias.get(p.get(7) + col);
            out.set(p.get(2) + i / cols * p.get(3) + col, ElementKernels.apply(p.get(9), value));
        }
    }
}
