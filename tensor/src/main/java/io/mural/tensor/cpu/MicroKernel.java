package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.FLOAT;
import static io.mural.tensor.cpu.Lanes.LANES;
import static io.mural.tensor.cpu.Lanes.load;

import jdk.incubator.vector.FloatVector;

/**
 * The inner loop of every matrix product: {@code c [rows, cols] (+)= a [rows, k] b [k, cols]} with the sums held in
 * registers (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008).
 *
 * <p>{@code a} holds {@link #ROWS} rows, {@code aStride} floats apart. {@code b} is cut into panels of {@link #COLS}
 * columns, each [k, columns of the panel]; the last panel may be narrower. An element of {@code c} is one chain of
 * fused multiply-adds in ascending k, whatever the tile it falls into.
 *
 * <p>With 32 registers (AVX-512, NEON) 6 rows of 4 vectors leave room for 4 vectors of b and one of a; more than 29
 * live vectors spill into the chain. AVX2 has 16 registers: 4 rows of 2 vectors.
 */
final class MicroKernel {
    private static final boolean FEW_REGISTERS = LANES == 8;

    static final int ROWS = FEW_REGISTERS ? 4 : 6;
    static final int PANEL_VECTORS = FEW_REGISTERS ? 2 : 4;
    static final int COLS = PANEL_VECTORS * LANES;

    /** Longest k of one call, so that the rows of a stay in the first-level cache. */
    static final int KC = 256;

    private MicroKernel() {}

    /** Columns of b that {@code cols} take up: full panels, then one of 1, 2 or 4 vectors. */
    static int paddedCols(int cols) {
        int rest = cols % COLS;
        return cols - rest + panelVectors(rest) * LANES;
    }

    /** Vectors of the panel that holds the {@code cols} columns still left. */
    static int panelVectors(int cols) {
        if (cols > 2 * LANES) {
            return PANEL_VECTORS;
        }
        return cols > LANES ? 2 : cols > 0 ? 1 : 0;
    }

    /** All panels: {@code c [ROWS, cols] (+)= a [ROWS, k] b [k, cols]}; {@code resume} adds to what c holds. */
    static void multiply(
            int k,
            int cols,
            float[] a,
            int aFrom,
            int aStride,
            float[] b,
            int bFrom,
            float[] c,
            int cFrom,
            int cStride,
            boolean resume) {
        for (int col = 0; col < cols; col += COLS) {
            int panel = bFrom + col * k;
            int vectors = panelVectors(cols - col);
            if (FEW_REGISTERS) {
                if (vectors == 2) {
                    tile4x2(k, a, aFrom, aStride, b, panel, c, cFrom + col, cStride, resume);
                } else {
                    tile4x1(k, a, aFrom, aStride, b, panel, c, cFrom + col, cStride, resume);
                }
            } else if (vectors == 4) {
                tile6x4(k, a, aFrom, aStride, b, panel, c, cFrom + col, cStride, resume);
            } else if (vectors == 2) {
                tile6x2(k, a, aFrom, aStride, b, panel, c, cFrom + col, cStride, resume);
            } else {
                tile6x1(k, a, aFrom, aStride, b, panel, c, cFrom + col, cStride, resume);
            }
        }
    }

    private static void tile6x4(
            int k,
            float[] a,
            int aFrom,
            int aStride,
            float[] b,
            int bFrom,
            float[] c,
            int cFrom,
            int cStride,
            boolean resume) {
        FloatVector c00 = FloatVector.zero(FLOAT),
                c01 = FloatVector.zero(FLOAT),
                c02 = FloatVector.zero(FLOAT),
                c03 = FloatVector.zero(FLOAT);
        FloatVector c10 = FloatVector.zero(FLOAT),
                c11 = FloatVector.zero(FLOAT),
                c12 = FloatVector.zero(FLOAT),
                c13 = FloatVector.zero(FLOAT);
        FloatVector c20 = FloatVector.zero(FLOAT),
                c21 = FloatVector.zero(FLOAT),
                c22 = FloatVector.zero(FLOAT),
                c23 = FloatVector.zero(FLOAT);
        FloatVector c30 = FloatVector.zero(FLOAT),
                c31 = FloatVector.zero(FLOAT),
                c32 = FloatVector.zero(FLOAT),
                c33 = FloatVector.zero(FLOAT);
        FloatVector c40 = FloatVector.zero(FLOAT),
                c41 = FloatVector.zero(FLOAT),
                c42 = FloatVector.zero(FLOAT),
                c43 = FloatVector.zero(FLOAT);
        FloatVector c50 = FloatVector.zero(FLOAT),
                c51 = FloatVector.zero(FLOAT),
                c52 = FloatVector.zero(FLOAT),
                c53 = FloatVector.zero(FLOAT);
        if (resume) {
            int r0 = cFrom;
            c00 = load(c, r0);
            c01 = load(c, r0 + LANES);
            c02 = load(c, r0 + 2 * LANES);
            c03 = load(c, r0 + 3 * LANES);
            int r1 = cFrom + cStride;
            c10 = load(c, r1);
            c11 = load(c, r1 + LANES);
            c12 = load(c, r1 + 2 * LANES);
            c13 = load(c, r1 + 3 * LANES);
            int r2 = cFrom + 2 * cStride;
            c20 = load(c, r2);
            c21 = load(c, r2 + LANES);
            c22 = load(c, r2 + 2 * LANES);
            c23 = load(c, r2 + 3 * LANES);
            int r3 = cFrom + 3 * cStride;
            c30 = load(c, r3);
            c31 = load(c, r3 + LANES);
            c32 = load(c, r3 + 2 * LANES);
            c33 = load(c, r3 + 3 * LANES);
            int r4 = cFrom + 4 * cStride;
            c40 = load(c, r4);
            c41 = load(c, r4 + LANES);
            c42 = load(c, r4 + 2 * LANES);
            c43 = load(c, r4 + 3 * LANES);
            int r5 = cFrom + 5 * cStride;
            c50 = load(c, r5);
            c51 = load(c, r5 + LANES);
            c52 = load(c, r5 + 2 * LANES);
            c53 = load(c, r5 + 3 * LANES);
        }
        for (int p = 0; p < k; p++) {
            var b0 = load(b, bFrom + p * 4 * LANES);
            var b1 = load(b, bFrom + p * 4 * LANES + LANES);
            var b2 = load(b, bFrom + p * 4 * LANES + 2 * LANES);
            var b3 = load(b, bFrom + p * 4 * LANES + 3 * LANES);
            var a0 = FloatVector.broadcast(FLOAT, a[aFrom + p]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            c03 = a0.fma(b3, c03);
            var a1 = FloatVector.broadcast(FLOAT, a[aFrom + aStride + p]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            c13 = a1.fma(b3, c13);
            var a2 = FloatVector.broadcast(FLOAT, a[aFrom + 2 * aStride + p]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            c23 = a2.fma(b3, c23);
            var a3 = FloatVector.broadcast(FLOAT, a[aFrom + 3 * aStride + p]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
            c33 = a3.fma(b3, c33);
            var a4 = FloatVector.broadcast(FLOAT, a[aFrom + 4 * aStride + p]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            c42 = a4.fma(b2, c42);
            c43 = a4.fma(b3, c43);
            var a5 = FloatVector.broadcast(FLOAT, a[aFrom + 5 * aStride + p]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            c52 = a5.fma(b2, c52);
            c53 = a5.fma(b3, c53);
        }
        int o0 = cFrom;
        c00.intoArray(c, o0);
        c01.intoArray(c, o0 + LANES);
        c02.intoArray(c, o0 + 2 * LANES);
        c03.intoArray(c, o0 + 3 * LANES);
        int o1 = cFrom + cStride;
        c10.intoArray(c, o1);
        c11.intoArray(c, o1 + LANES);
        c12.intoArray(c, o1 + 2 * LANES);
        c13.intoArray(c, o1 + 3 * LANES);
        int o2 = cFrom + 2 * cStride;
        c20.intoArray(c, o2);
        c21.intoArray(c, o2 + LANES);
        c22.intoArray(c, o2 + 2 * LANES);
        c23.intoArray(c, o2 + 3 * LANES);
        int o3 = cFrom + 3 * cStride;
        c30.intoArray(c, o3);
        c31.intoArray(c, o3 + LANES);
        c32.intoArray(c, o3 + 2 * LANES);
        c33.intoArray(c, o3 + 3 * LANES);
        int o4 = cFrom + 4 * cStride;
        c40.intoArray(c, o4);
        c41.intoArray(c, o4 + LANES);
        c42.intoArray(c, o4 + 2 * LANES);
        c43.intoArray(c, o4 + 3 * LANES);
        int o5 = cFrom + 5 * cStride;
        c50.intoArray(c, o5);
        c51.intoArray(c, o5 + LANES);
        c52.intoArray(c, o5 + 2 * LANES);
        c53.intoArray(c, o5 + 3 * LANES);
    }

    private static void tile6x2(
            int k,
            float[] a,
            int aFrom,
            int aStride,
            float[] b,
            int bFrom,
            float[] c,
            int cFrom,
            int cStride,
            boolean resume) {
        FloatVector c00 = FloatVector.zero(FLOAT), c01 = FloatVector.zero(FLOAT);
        FloatVector c10 = FloatVector.zero(FLOAT), c11 = FloatVector.zero(FLOAT);
        FloatVector c20 = FloatVector.zero(FLOAT), c21 = FloatVector.zero(FLOAT);
        FloatVector c30 = FloatVector.zero(FLOAT), c31 = FloatVector.zero(FLOAT);
        FloatVector c40 = FloatVector.zero(FLOAT), c41 = FloatVector.zero(FLOAT);
        FloatVector c50 = FloatVector.zero(FLOAT), c51 = FloatVector.zero(FLOAT);
        if (resume) {
            int r0 = cFrom;
            c00 = load(c, r0);
            c01 = load(c, r0 + LANES);
            int r1 = cFrom + cStride;
            c10 = load(c, r1);
            c11 = load(c, r1 + LANES);
            int r2 = cFrom + 2 * cStride;
            c20 = load(c, r2);
            c21 = load(c, r2 + LANES);
            int r3 = cFrom + 3 * cStride;
            c30 = load(c, r3);
            c31 = load(c, r3 + LANES);
            int r4 = cFrom + 4 * cStride;
            c40 = load(c, r4);
            c41 = load(c, r4 + LANES);
            int r5 = cFrom + 5 * cStride;
            c50 = load(c, r5);
            c51 = load(c, r5 + LANES);
        }
        for (int p = 0; p < k; p++) {
            var b0 = load(b, bFrom + p * 2 * LANES);
            var b1 = load(b, bFrom + p * 2 * LANES + LANES);
            var a0 = FloatVector.broadcast(FLOAT, a[aFrom + p]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            var a1 = FloatVector.broadcast(FLOAT, a[aFrom + aStride + p]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            var a2 = FloatVector.broadcast(FLOAT, a[aFrom + 2 * aStride + p]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            var a3 = FloatVector.broadcast(FLOAT, a[aFrom + 3 * aStride + p]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            var a4 = FloatVector.broadcast(FLOAT, a[aFrom + 4 * aStride + p]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            var a5 = FloatVector.broadcast(FLOAT, a[aFrom + 5 * aStride + p]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
        }
        int o0 = cFrom;
        c00.intoArray(c, o0);
        c01.intoArray(c, o0 + LANES);
        int o1 = cFrom + cStride;
        c10.intoArray(c, o1);
        c11.intoArray(c, o1 + LANES);
        int o2 = cFrom + 2 * cStride;
        c20.intoArray(c, o2);
        c21.intoArray(c, o2 + LANES);
        int o3 = cFrom + 3 * cStride;
        c30.intoArray(c, o3);
        c31.intoArray(c, o3 + LANES);
        int o4 = cFrom + 4 * cStride;
        c40.intoArray(c, o4);
        c41.intoArray(c, o4 + LANES);
        int o5 = cFrom + 5 * cStride;
        c50.intoArray(c, o5);
        c51.intoArray(c, o5 + LANES);
    }

    private static void tile6x1(
            int k,
            float[] a,
            int aFrom,
            int aStride,
            float[] b,
            int bFrom,
            float[] c,
            int cFrom,
            int cStride,
            boolean resume) {
        FloatVector c00 = FloatVector.zero(FLOAT);
        FloatVector c10 = FloatVector.zero(FLOAT);
        FloatVector c20 = FloatVector.zero(FLOAT);
        FloatVector c30 = FloatVector.zero(FLOAT);
        FloatVector c40 = FloatVector.zero(FLOAT);
        FloatVector c50 = FloatVector.zero(FLOAT);
        if (resume) {
            int r0 = cFrom;
            c00 = load(c, r0);
            int r1 = cFrom + cStride;
            c10 = load(c, r1);
            int r2 = cFrom + 2 * cStride;
            c20 = load(c, r2);
            int r3 = cFrom + 3 * cStride;
            c30 = load(c, r3);
            int r4 = cFrom + 4 * cStride;
            c40 = load(c, r4);
            int r5 = cFrom + 5 * cStride;
            c50 = load(c, r5);
        }
        for (int p = 0; p < k; p++) {
            var b0 = load(b, bFrom + p * LANES);
            var a0 = FloatVector.broadcast(FLOAT, a[aFrom + p]);
            c00 = a0.fma(b0, c00);
            var a1 = FloatVector.broadcast(FLOAT, a[aFrom + aStride + p]);
            c10 = a1.fma(b0, c10);
            var a2 = FloatVector.broadcast(FLOAT, a[aFrom + 2 * aStride + p]);
            c20 = a2.fma(b0, c20);
            var a3 = FloatVector.broadcast(FLOAT, a[aFrom + 3 * aStride + p]);
            c30 = a3.fma(b0, c30);
            var a4 = FloatVector.broadcast(FLOAT, a[aFrom + 4 * aStride + p]);
            c40 = a4.fma(b0, c40);
            var a5 = FloatVector.broadcast(FLOAT, a[aFrom + 5 * aStride + p]);
            c50 = a5.fma(b0, c50);
        }
        int o0 = cFrom;
        c00.intoArray(c, o0);
        int o1 = cFrom + cStride;
        c10.intoArray(c, o1);
        int o2 = cFrom + 2 * cStride;
        c20.intoArray(c, o2);
        int o3 = cFrom + 3 * cStride;
        c30.intoArray(c, o3);
        int o4 = cFrom + 4 * cStride;
        c40.intoArray(c, o4);
        int o5 = cFrom + 5 * cStride;
        c50.intoArray(c, o5);
    }

    private static void tile4x2(
            int k,
            float[] a,
            int aFrom,
            int aStride,
            float[] b,
            int bFrom,
            float[] c,
            int cFrom,
            int cStride,
            boolean resume) {
        FloatVector c00 = FloatVector.zero(FLOAT), c01 = FloatVector.zero(FLOAT);
        FloatVector c10 = FloatVector.zero(FLOAT), c11 = FloatVector.zero(FLOAT);
        FloatVector c20 = FloatVector.zero(FLOAT), c21 = FloatVector.zero(FLOAT);
        FloatVector c30 = FloatVector.zero(FLOAT), c31 = FloatVector.zero(FLOAT);
        if (resume) {
            int r0 = cFrom;
            c00 = load(c, r0);
            c01 = load(c, r0 + LANES);
            int r1 = cFrom + cStride;
            c10 = load(c, r1);
            c11 = load(c, r1 + LANES);
            int r2 = cFrom + 2 * cStride;
            c20 = load(c, r2);
            c21 = load(c, r2 + LANES);
            int r3 = cFrom + 3 * cStride;
            c30 = load(c, r3);
            c31 = load(c, r3 + LANES);
        }
        for (int p = 0; p < k; p++) {
            var b0 = load(b, bFrom + p * 2 * LANES);
            var b1 = load(b, bFrom + p * 2 * LANES + LANES);
            var a0 = FloatVector.broadcast(FLOAT, a[aFrom + p]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            var a1 = FloatVector.broadcast(FLOAT, a[aFrom + aStride + p]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            var a2 = FloatVector.broadcast(FLOAT, a[aFrom + 2 * aStride + p]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            var a3 = FloatVector.broadcast(FLOAT, a[aFrom + 3 * aStride + p]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        int o0 = cFrom;
        c00.intoArray(c, o0);
        c01.intoArray(c, o0 + LANES);
        int o1 = cFrom + cStride;
        c10.intoArray(c, o1);
        c11.intoArray(c, o1 + LANES);
        int o2 = cFrom + 2 * cStride;
        c20.intoArray(c, o2);
        c21.intoArray(c, o2 + LANES);
        int o3 = cFrom + 3 * cStride;
        c30.intoArray(c, o3);
        c31.intoArray(c, o3 + LANES);
    }

    private static void tile4x1(
            int k,
            float[] a,
            int aFrom,
            int aStride,
            float[] b,
            int bFrom,
            float[] c,
            int cFrom,
            int cStride,
            boolean resume) {
        FloatVector c00 = FloatVector.zero(FLOAT);
        FloatVector c10 = FloatVector.zero(FLOAT);
        FloatVector c20 = FloatVector.zero(FLOAT);
        FloatVector c30 = FloatVector.zero(FLOAT);
        if (resume) {
            int r0 = cFrom;
            c00 = load(c, r0);
            int r1 = cFrom + cStride;
            c10 = load(c, r1);
            int r2 = cFrom + 2 * cStride;
            c20 = load(c, r2);
            int r3 = cFrom + 3 * cStride;
            c30 = load(c, r3);
        }
        for (int p = 0; p < k; p++) {
            var b0 = load(b, bFrom + p * LANES);
            var a0 = FloatVector.broadcast(FLOAT, a[aFrom + p]);
            c00 = a0.fma(b0, c00);
            var a1 = FloatVector.broadcast(FLOAT, a[aFrom + aStride + p]);
            c10 = a1.fma(b0, c10);
            var a2 = FloatVector.broadcast(FLOAT, a[aFrom + 2 * aStride + p]);
            c20 = a2.fma(b0, c20);
            var a3 = FloatVector.broadcast(FLOAT, a[aFrom + 3 * aStride + p]);
            c30 = a3.fma(b0, c30);
        }
        int o0 = cFrom;
        c00.intoArray(c, o0);
        int o1 = cFrom + cStride;
        c10.intoArray(c, o1);
        int o2 = cFrom + 2 * cStride;
        c20.intoArray(c, o2);
        int o3 = cFrom + 3 * cStride;
        c30.intoArray(c, o3);
    }
}
