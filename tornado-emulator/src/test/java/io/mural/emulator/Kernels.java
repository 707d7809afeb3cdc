package io.mural.emulator;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Kernels that do what they should, and kernels that do not. */
final class Kernels {
    static final int TILE = 16;

    private Kernels() {}

    /** y = a x + y, a work-item an element. */
    static void saxpy(KernelContext context, float a, FloatArray x, FloatArray y) {
        int i = context.globalIdx;
        y.set(i, a * x.get(i) + y.get(i));
    }

    /** y = a x, as a loop. */
    static void scale(float a, FloatArray x, FloatArray y) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            y.set(i, a * x.get(i));
        }
    }

    /** c = a b, all n x n; a group a tile of c, n a multiple of the tile. */
    static void matmulTiled(KernelContext context, FloatArray a, FloatArray b, FloatArray c, int n) {
        int row = context.localIdy;
        int column = context.localIdx;
        int globalRow = context.groupIdy * TILE + row;
        int globalColumn = context.groupIdx * TILE + column;
        float[] aTile = context.allocateFloatLocalArray(TILE * TILE);
        float[] bTile = context.allocateFloatLocalArray(TILE * TILE);
        float sum = 0;
        for (int k = 0; k < n; k += TILE) {
            aTile[row * TILE + column] = a.get(globalRow * n + k + column);
            bTile[row * TILE + column] = b.get((k + row) * n + globalColumn);
            context.localBarrier();
            for (int inner = 0; inner < TILE; inner++) {
                sum += aTile[row * TILE + inner] * bTile[inner * TILE + column];
            }
            context.localBarrier();
        }
        c.set(globalRow * n + globalColumn, sum);
    }

    /** Each group's sum, by halves. */
    static void groupSums(KernelContext context, FloatArray x, FloatArray sums) {
        int local = context.localIdx;
        float[] partial = context.allocateFloatLocalArray(context.localGroupSizeX);
        partial[local] = x.get(context.globalIdx);
        for (int stride = context.localGroupSizeX / 2; stride > 0; stride >>= 1) {
            context.localBarrier();
            if (local < stride) {
                partial[local] += partial[local + stride];
            }
        }
        if (local == 0) {
            sums.set(context.groupIdx, partial[0]);
        }
    }

    /** Each work-item's place: 9 numbers a work-item. */
    static void places(KernelContext context, IntArray out) {
        int item = (context.globalIdz * context.globalGroupSizeY + context.globalIdy) * context.globalGroupSizeX
                + context.globalIdx;
        out.set(9 * item, context.globalIdx);
        out.set(9 * item + 1, context.globalIdy);
        out.set(9 * item + 2, context.globalIdz);
        out.set(9 * item + 3, context.groupIdx);
        out.set(9 * item + 4, context.groupIdy);
        out.set(9 * item + 5, context.groupIdz);
        out.set(9 * item + 6, context.localIdx);
        out.set(9 * item + 7, context.localIdy);
        out.set(9 * item + 8, context.localIdz);
    }

    static void pastTheEnd(KernelContext context, FloatArray x) {
        x.set(context.globalIdx + 1, 1);
    }

    static void pastTheLocalEnd(KernelContext context, FloatArray x) {
        float[] local = context.allocateFloatLocalArray(4);
        local[context.localIdx + 1] = x.get(context.globalIdx);
        context.localBarrier();
        x.set(context.globalIdx, local[0]);
    }

    static void skippedBarrier(KernelContext context, FloatArray x) {
        if (context.localIdx != 2) {
            context.localBarrier();
        }
        x.set(context.globalIdx, 1);
    }

    static void skippedByTheFirst(KernelContext context, FloatArray x) {
        if (context.localIdx > 0) {
            context.localBarrier();
        }
        x.set(context.globalIdx, 1);
    }

    static void unequalLocalArrays(KernelContext context, FloatArray x) {
        float[] local = context.allocateFloatLocalArray(4 + context.localIdx);
        local[0] = 1;
        x.set(context.globalIdx, 1);
    }

    static void localArraysOfTwoTypes(KernelContext context, FloatArray x) {
        if (context.localIdx == 0) {
            context.allocateFloatLocalArray(4)[0] = 1;
        } else {
            context.allocateIntLocalArray(4)[0] = 1;
        }
        x.set(context.globalIdx, 1);
    }

    static void hugeLocalArray(KernelContext context, FloatArray x) {
        context.allocateFloatLocalArray(48 * 1024)[0] = 1;
        x.set(context.globalIdx, 1);
    }

    static void failsAfterABarrier(KernelContext context, FloatArray x) {
        context.localBarrier();
        if (context.localIdx == 1) {
            throw new ArithmeticException("nothing to divide");
        }
        context.localBarrier();
        x.set(context.globalIdx, 1);
    }

    static void readsItsOutput(KernelContext context, FloatArray x) {
        int i = context.globalIdx;
        x.set(i, x.get(i) + 1);
    }
}
