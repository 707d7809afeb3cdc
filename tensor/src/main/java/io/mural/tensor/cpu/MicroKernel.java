package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.FLOAT;
import static io.mural.tensor.cpu.Lanes.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * The inner loop of every matrix product: {@code c [rows, cols] += a [rows, k] b [k, cols]} with the sums held in
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

    /** Longest k of one call: long enough that loading and storing the sums hardly counts. */
    static final int KC = 512;

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

    /**
     * {@code c [rows, cols] += a [rows, k] b [k, cols]}, panel by panel: all rows pass over a panel, which comes from
     * the second-level cache, before the next is read. Rows are computed {@link #ROWS} at a time: {@code a} and {@code c} reach as far.
     */
    static void multiply(
            int rows,
            int k,
            int cols,
            float[] a,
            int aFrom,
            int aStride,
            float[] b,
            int bFrom,
            float[] c,
            int cFrom,
            int cStride) {
        for (int col = 0; col < cols; col += COLS) {
            int vectors = panelVectors(cols - col);
            for (int i = 0; i < rows; i += ROWS) {
                tile(
                        vectors,
                        k,
                        a,
                        aFrom + i * aStride,
                        aStride,
                        b,
                        bFrom + col * k,
                        c,
                        cFrom + i * cStride + col,
                        cStride);
            }
        }
    }

    /** One panel: {@code c [ROWS, vectors] += a [ROWS, k] b [k, vectors]}. */
    private static void tile(
            int vectors,
            int k,
            float[] a,
            int aFrom,
            int aStride,
            float[] b,
            int bFrom,
            float[] c,
            int cFrom,
            int cStride) {
        if (FEW_REGISTERS) {
            if (vectors == 2) {
                tile4x2(k, a, aFrom, aStride, b, bFrom, c, cFrom, cStride);
            } else {
                tile4x1(k, a, aFrom, aStride, b, bFrom, c, cFrom, cStride);
            }
        } else if (vectors == 4) {
            tile6x4(k, a, aFrom, aStride, b, bFrom, c, cFrom, cStride);
        } else if (vectors == 2) {
            tile6x2(k, a, aFrom, aStride, b, bFrom, c, cFrom, cStride);
        } else {
            tile6x1(k, a, aFrom, aStride, b, bFrom, c, cFrom, cStride);
        }
    }

    private static void tile6x4(
            int k, float[] a, int aFrom, int aStride, float[] b, int bFrom, float[] c, int cFrom, int cStride) {
        int r0 = cFrom;
        var c00 = FloatVector.fromArray(FLOAT, c, r0);
        var c01 = FloatVector.fromArray(FLOAT, c, r0 + LANES);
        var c02 = FloatVector.fromArray(FLOAT, c, r0 + 2 * LANES);
        var c03 = FloatVector.fromArray(FLOAT, c, r0 + 3 * LANES);
        int r1 = cFrom + cStride;
        var c10 = FloatVector.fromArray(FLOAT, c, r1);
        var c11 = FloatVector.fromArray(FLOAT, c, r1 + LANES);
        var c12 = FloatVector.fromArray(FLOAT, c, r1 + 2 * LANES);
        var c13 = FloatVector.fromArray(FLOAT, c, r1 + 3 * LANES);
        int r2 = cFrom + 2 * cStride;
        var c20 = FloatVector.fromArray(FLOAT, c, r2);
        var c21 = FloatVector.fromArray(FLOAT, c, r2 + LANES);
        var c22 = FloatVector.fromArray(FLOAT, c, r2 + 2 * LANES);
        var c23 = FloatVector.fromArray(FLOAT, c, r2 + 3 * LANES);
        int r3 = cFrom + 3 * cStride;
        var c30 = FloatVector.fromArray(FLOAT, c, r3);
        var c31 = FloatVector.fromArray(FLOAT, c, r3 + LANES);
        var c32 = FloatVector.fromArray(FLOAT, c, r3 + 2 * LANES);
        var c33 = FloatVector.fromArray(FLOAT, c, r3 + 3 * LANES);
        int r4 = cFrom + 4 * cStride;
        var c40 = FloatVector.fromArray(FLOAT, c, r4);
        var c41 = FloatVector.fromArray(FLOAT, c, r4 + LANES);
        var c42 = FloatVector.fromArray(FLOAT, c, r4 + 2 * LANES);
        var c43 = FloatVector.fromArray(FLOAT, c, r4 + 3 * LANES);
        int r5 = cFrom + 5 * cStride;
        var c50 = FloatVector.fromArray(FLOAT, c, r5);
        var c51 = FloatVector.fromArray(FLOAT, c, r5 + LANES);
        var c52 = FloatVector.fromArray(FLOAT, c, r5 + 2 * LANES);
        var c53 = FloatVector.fromArray(FLOAT, c, r5 + 3 * LANES);
        for (int p = 0; p < k; p++) {
            var b0 = FloatVector.fromArray(FLOAT, b, bFrom + p * 4 * LANES);
            var b1 = FloatVector.fromArray(FLOAT, b, bFrom + p * 4 * LANES + LANES);
            var b2 = FloatVector.fromArray(FLOAT, b, bFrom + p * 4 * LANES + 2 * LANES);
            var b3 = FloatVector.fromArray(FLOAT, b, bFrom + p * 4 * LANES + 3 * LANES);
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
        c00.intoArray(c, r0);
        c01.intoArray(c, r0 + LANES);
        c02.intoArray(c, r0 + 2 * LANES);
        c03.intoArray(c, r0 + 3 * LANES);
        c10.intoArray(c, r1);
        c11.intoArray(c, r1 + LANES);
        c12.intoArray(c, r1 + 2 * LANES);
        c13.intoArray(c, r1 + 3 * LANES);
        c20.intoArray(c, r2);
        c21.intoArray(c, r2 + LANES);
        c22.intoArray(c, r2 + 2 * LANES);
        c23.intoArray(c, r2 + 3 * LANES);
        c30.intoArray(c, r3);
        c31.intoArray(c, r3 + LANES);
        c32.intoArray(c, r3 + 2 * LANES);
        c33.intoArray(c, r3 + 3 * LANES);
        c40.intoArray(c, r4);
        c41.intoArray(c, r4 + LANES);
        c42.intoArray(c, r4 + 2 * LANES);
        c43.intoArray(c, r4 + 3 * LANES);
        c50.intoArray(c, r5);
        c51.intoArray(c, r5 + LANES);
        c52.intoArray(c, r5 + 2 * LANES);
        c53.intoArray(c, r5 + 3 * LANES);
    }

    private static void tile6x2(
            int k, float[] a, int aFrom, int aStride, float[] b, int bFrom, float[] c, int cFrom, int cStride) {
        int r0 = cFrom;
        var c00 = FloatVector.fromArray(FLOAT, c, r0);
        var c01 = FloatVector.fromArray(FLOAT, c, r0 + LANES);
        int r1 = cFrom + cStride;
        var c10 = FloatVector.fromArray(FLOAT, c, r1);
        var c11 = FloatVector.fromArray(FLOAT, c, r1 + LANES);
        int r2 = cFrom + 2 * cStride;
        var c20 = FloatVector.fromArray(FLOAT, c, r2);
        var c21 = FloatVector.fromArray(FLOAT, c, r2 + LANES);
        int r3 = cFrom + 3 * cStride;
        var c30 = FloatVector.fromArray(FLOAT, c, r3);
        var c31 = FloatVector.fromArray(FLOAT, c, r3 + LANES);
        int r4 = cFrom + 4 * cStride;
        var c40 = FloatVector.fromArray(FLOAT, c, r4);
        var c41 = FloatVector.fromArray(FLOAT, c, r4 + LANES);
        int r5 = cFrom + 5 * cStride;
        var c50 = FloatVector.fromArray(FLOAT, c, r5);
        var c51 = FloatVector.fromArray(FLOAT, c, r5 + LANES);
        for (int p = 0; p < k; p++) {
            var b0 = FloatVector.fromArray(FLOAT, b, bFrom + p * 2 * LANES);
            var b1 = FloatVector.fromArray(FLOAT, b, bFrom + p * 2 * LANES + LANES);
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
        c00.intoArray(c, r0);
        c01.intoArray(c, r0 + LANES);
        c10.intoArray(c, r1);
        c11.intoArray(c, r1 + LANES);
        c20.intoArray(c, r2);
        c21.intoArray(c, r2 + LANES);
        c30.intoArray(c, r3);
        c31.intoArray(c, r3 + LANES);
        c40.intoArray(c, r4);
        c41.intoArray(c, r4 + LANES);
        c50.intoArray(c, r5);
        c51.intoArray(c, r5 + LANES);
    }

    private static void tile6x1(
            int k, float[] a, int aFrom, int aStride, float[] b, int bFrom, float[] c, int cFrom, int cStride) {
        int r0 = cFrom;
        var c00 = FloatVector.fromArray(FLOAT, c, r0);
        int r1 = cFrom + cStride;
        var c10 = FloatVector.fromArray(FLOAT, c, r1);
        int r2 = cFrom + 2 * cStride;
        var c20 = FloatVector.fromArray(FLOAT, c, r2);
        int r3 = cFrom + 3 * cStride;
        var c30 = FloatVector.fromArray(FLOAT, c, r3);
        int r4 = cFrom + 4 * cStride;
        var c40 = FloatVector.fromArray(FLOAT, c, r4);
        int r5 = cFrom + 5 * cStride;
        var c50 = FloatVector.fromArray(FLOAT, c, r5);
        for (int p = 0; p < k; p++) {
            var b0 = FloatVector.fromArray(FLOAT, b, bFrom + p * LANES);
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
        c00.intoArray(c, r0);
        c10.intoArray(c, r1);
        c20.intoArray(c, r2);
        c30.intoArray(c, r3);
        c40.intoArray(c, r4);
        c50.intoArray(c, r5);
    }

    private static void tile4x2(
            int k, float[] a, int aFrom, int aStride, float[] b, int bFrom, float[] c, int cFrom, int cStride) {
        int r0 = cFrom;
        var c00 = FloatVector.fromArray(FLOAT, c, r0);
        var c01 = FloatVector.fromArray(FLOAT, c, r0 + LANES);
        int r1 = cFrom + cStride;
        var c10 = FloatVector.fromArray(FLOAT, c, r1);
        var c11 = FloatVector.fromArray(FLOAT, c, r1 + LANES);
        int r2 = cFrom + 2 * cStride;
        var c20 = FloatVector.fromArray(FLOAT, c, r2);
        var c21 = FloatVector.fromArray(FLOAT, c, r2 + LANES);
        int r3 = cFrom + 3 * cStride;
        var c30 = FloatVector.fromArray(FLOAT, c, r3);
        var c31 = FloatVector.fromArray(FLOAT, c, r3 + LANES);
        for (int p = 0; p < k; p++) {
            var b0 = FloatVector.fromArray(FLOAT, b, bFrom + p * 2 * LANES);
            var b1 = FloatVector.fromArray(FLOAT, b, bFrom + p * 2 * LANES + LANES);
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
        c00.intoArray(c, r0);
        c01.intoArray(c, r0 + LANES);
        c10.intoArray(c, r1);
        c11.intoArray(c, r1 + LANES);
        c20.intoArray(c, r2);
        c21.intoArray(c, r2 + LANES);
        c30.intoArray(c, r3);
        c31.intoArray(c, r3 + LANES);
    }

    private static void tile4x1(
            int k, float[] a, int aFrom, int aStride, float[] b, int bFrom, float[] c, int cFrom, int cStride) {
        int r0 = cFrom;
        var c00 = FloatVector.fromArray(FLOAT, c, r0);
        int r1 = cFrom + cStride;
        var c10 = FloatVector.fromArray(FLOAT, c, r1);
        int r2 = cFrom + 2 * cStride;
        var c20 = FloatVector.fromArray(FLOAT, c, r2);
        int r3 = cFrom + 3 * cStride;
        var c30 = FloatVector.fromArray(FLOAT, c, r3);
        for (int p = 0; p < k; p++) {
            var b0 = FloatVector.fromArray(FLOAT, b, bFrom + p * LANES);
            var a0 = FloatVector.broadcast(FLOAT, a[aFrom + p]);
            c00 = a0.fma(b0, c00);
            var a1 = FloatVector.broadcast(FLOAT, a[aFrom + aStride + p]);
            c10 = a1.fma(b0, c10);
            var a2 = FloatVector.broadcast(FLOAT, a[aFrom + 2 * aStride + p]);
            c20 = a2.fma(b0, c20);
            var a3 = FloatVector.broadcast(FLOAT, a[aFrom + 3 * aStride + p]);
            c30 = a3.fma(b0, c30);
        }
        c00.intoArray(c, r0);
        c10.intoArray(c, r1);
        c20.intoArray(c, r2);
        c30.intoArray(c, r3);
    }
}
