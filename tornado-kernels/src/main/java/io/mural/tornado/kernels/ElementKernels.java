package io.mural.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.BFloat16;
import uk.ac.manchester.tornado.api.types.arrays.BFloat16Array;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Operations on single elements of matrices [rows, cols]. Work-items walk over all elements in strides of the grid, so
 * that any grid is right. Parameters, in p: rows, cols, then offset and row stride of every operand.
 */
public final class ElementKernels {
    public static final int SILU = 1;
    public static final int GELU_TANH = 2;
    public static final int QUICK_GELU = 3;
    private static final float FAR_BELOW = -88;

    private ElementKernels() {}

    /**
     * {@code f(x)}. GELU with tanh is {@code x sigmoid(2 u)} with {@code u = sqrt(2 / pi) (x + 0.044715 x^3)}: nothing
     * cancels far below zero. Results below 1e-38 are 0: e^-t would overflow, which some drivers make NaN.
     */
    static float apply(int f, float x) {
        float t = 0;
        if (f == SILU) {
            t = x;
        }
        if (f == GELU_TANH) {
            t = 1.5957691216057308f * x * (1 + 0.044715f * x * x);
        }
        if (f == QUICK_GELU) {
            t = 1.702f * x;
        }
        float result = x;
        if (f != 0) {
            if (t < FAR_BELOW) {
                result = 0;
            } else {
                result = x / (1 + TornadoMath.exp(-t));
            }
        }
        return result;
    }

    /** {@code x = f(x)}; further parameter: the activation. */
    static void activate(KernelContext c, IntArray p, FloatArray f, FloatArray x) {
        int cols = p.get(1);
        int count = p.get(0) * cols;
        for (int i = c.globalIdx; i < count; i += c.globalGroupSizeX) {
            int index = p.get(2) + i / cols * p.get(3) + i % cols;
            x.set(index, apply(p.get(4), x.get(index)));
        }
    }

    /** {@code x += y}; a row stride of 0 repeats y's row. */
    static void add(KernelContext c, IntArray p, FloatArray f, FloatArray y, FloatArray x) {
        int cols = p.get(1);
        int count = p.get(0) * cols;
        for (int i = c.globalIdx; i < count; i += c.globalGroupSizeX) {
            int index = p.get(2) + i / cols * p.get(3) + i % cols;
            x.set(index, x.get(index) + y.get(p.get(4) + i / cols * p.get(5) + i % cols));
        }
    }

    /** {@code x = x * y} */
    static void multiply(KernelContext c, IntArray p, FloatArray f, FloatArray y, FloatArray x) {
        int cols = p.get(1);
        int count = p.get(0) * cols;
        for (int i = c.globalIdx; i < count; i += c.globalGroupSizeX) {
            int index = p.get(2) + i / cols * p.get(3) + i % cols;
            x.set(index, x.get(index) * y.get(p.get(4) + i / cols * p.get(5) + i % cols));
        }
    }

    /** {@code x += gate * y}; the gate is one row. */
    static void addGated(KernelContext c, IntArray p, FloatArray f, FloatArray gate, FloatArray y, FloatArray x) {
        int cols = p.get(1);
        int count = p.get(0) * cols;
        for (int i = c.globalIdx; i < count; i += c.globalGroupSizeX) {
            int index = p.get(2) + i / cols * p.get(3) + i % cols;
            float factor = gate.get(p.get(4) + i % cols);
            x.set(index, x.get(index) + factor * y.get(p.get(6) + i / cols * p.get(7) + i % cols));
        }
    }

    /** {@code out = x} */
    static void copy(KernelContext c, IntArray p, FloatArray f, FloatArray x, FloatArray out) {
        int cols = p.get(1);
        int count = p.get(0) * cols;
        for (int i = c.globalIdx; i < count; i += c.globalGroupSizeX) {
            out.set(p.get(2) + i / cols * p.get(3) + i % cols, x.get(p.get(4) + i / cols * p.get(5) + i % cols));
        }
    }

    static void copyF16(KernelContext c, IntArray p, FloatArray f, HalfFloatArray x, HalfFloatArray out) {
        for (int i = c.globalIdx; i < p.get(1); i += c.globalGroupSizeX) {
            out.set(p.get(2) + i, x.get(p.get(4) + i));
        }
    }

    static void copyBF16(KernelContext c, IntArray p, FloatArray f, BFloat16Array x, BFloat16Array out) {
        for (int i = c.globalIdx; i < p.get(1); i += c.globalGroupSizeX) {
            out.set(p.get(2) + i, x.get(p.get(4) + i));
        }
    }

    /** {@code out = x}, each element rounded to bfloat16. */
    static void toBF16(KernelContext c, IntArray p, FloatArray f, FloatArray x, BFloat16Array out) {
        int cols = p.get(1);
        int count = p.get(0) * cols;
        for (int i = c.globalIdx; i < count; i += c.globalGroupSizeX) {
            float value = x.get(p.get(4) + i / cols * p.get(5) + i % cols);
            out.set(p.get(2) + i / cols * p.get(3) + i % cols, BFloat16.bf16FromFloat(value));
        }
    }

    /**
     * {@code y = f(alpha x + beta y + bias)}, the end of a product that a library made without gaps; further parameters:
     * offset of the bias (-1 without one), activation; f: alpha and beta.
     */
    static void fromBF16(KernelContext c, IntArray p, FloatArray f, BFloat16Array x, FloatArray bias, FloatArray y) {
        int cols = p.get(1);
        int count = p.get(0) * cols;
        for (int i = c.globalIdx; i < count; i += c.globalGroupSizeX) {
            int index = p.get(2) + i / cols * p.get(3) + i % cols;
            float value = f.get(0) * BFloat16.bf16ToFloat(x.get(i));
            float beta = f.get(1);
            if (beta != 0) {
                value += beta * y.get(index);
            }
            if (p.get(4) >= 0) {
                value += bias.get(p.get(4) + i % cols);
            }
            y.set(index, apply(p.get(5), value));
        }
    }

    /** {@code out = f[0]} everywhere. */
    static void fill(KernelContext c, IntArray p, FloatArray f, FloatArray out) {
        int cols = p.get(1);
        int count = p.get(0) * cols;
        for (int i = c.globalIdx; i < count; i += c.globalGroupSizeX) {
            out.set(p.get(2) + i / cols * p.get(3) + i % cols, f.get(0));
        }
    }

    /** Row n of out is the row of the table that the n-th id names; ids are whole numbers in a float tensor. */
    static void embeddingF32(
            KernelContext c, IntArray p, FloatArray f, FloatArray ids, FloatArray table, FloatArray out) {
        int cols = p.get(1);
        int count = p.get(0) * cols;
        for (int i = c.globalIdx; i < count; i += c.globalGroupSizeX) {
            int id = (int) ids.get(p.get(4) + i / cols);
            out.set(p.get(2) + i / cols * p.get(3) + i % cols, table.get(p.get(5) + id * cols + i % cols));
        }
    }

    static void embeddingF16(
            KernelContext c, IntArray p, FloatArray f, FloatArray ids, HalfFloatArray table, FloatArray out) {
        int cols = p.get(1);
        int count = p.get(0) * cols;
        for (int i = c.globalIdx; i < count; i += c.globalGroupSizeX) {
            int id = (int) ids.get(p.get(4) + i / cols);
            float value = table.get(p.get(5) + id * cols + i % cols).getFloat32();
            out.set(p.get(2) + i / cols * p.get(3) + i % cols, value);
        }
    }

    static void embeddingBF16(
            KernelContext c, IntArray p, FloatArray f, FloatArray ids, BFloat16Array table, FloatArray out) {
        int cols = p.get(1);
        int count = p.get(0) * cols;
        for (int i = c.globalIdx; i < count; i += c.globalGroupSizeX) {
            int id = (int) ids.get(p.get(4) + i / cols);
            float value = BFloat16.bf16ToFloat(table.get(p.get(5) + id * cols + i % cols));
            out.set(p.get(2) + i / cols * p.get(3) + i % cols, value);
        }
    }

    /**
     * Every row of out is a weighted sum of rows of x. Further parameter: offset of the table, which holds where each row's
     * terms start and where the last's end, the rows mixed, and their weights.
     */
    static void mixRows(KernelContext c, IntArray p, FloatArray f, FloatArray x, FloatArray table, FloatArray out) {
        int cols = p.get(1);
        int count = p.get(0) * cols;
        int starts = p.get(6);
        int rows = starts + p.get(0) + 1;
        int weights = rows + (int) table.get(rows - 1);
        for (int i = c.globalIdx; i < count; i += c.globalGroupSizeX) {
            int end = (int) table.get(starts + i / cols + 1);
            float sum = 0;
            for (int n = (int) table.get(starts + i / cols); n < end; n++) {
                int row = (int) table.get(rows + n);
                sum += table.get(weights + n) * x.get(p.get(4) + row * p.get(5) + i % cols);
            }
            out.set(p.get(2) + i / cols * p.get(3) + i % cols, sum);
        }
    }

    /**
     * Every pixel of x four times; rows are those of out, further parameter: the width of out. Pictures are
     * contiguous.
     */
    static void upsample2x(KernelContext c, IntArray p, FloatArray f, FloatArray x, FloatArray out) {
        int cols = p.get(1);
        int count = p.get(0) * cols;
        int width = p.get(6);
        for (int i = c.globalIdx; i < count; i += c.globalGroupSizeX) {
            int row = i / cols;
            int source = row / width / 2 * (width / 2) + row % width / 2;
            out.set(p.get(2) + i, x.get(p.get(4) + source * cols + i % cols));
        }
    }
}
