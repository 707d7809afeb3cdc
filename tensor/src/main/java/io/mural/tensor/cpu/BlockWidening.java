package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.FLOAT;
import static io.mural.tensor.cpu.Lanes.INT;
import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.Matrix;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * {@link Panels} and {@link Widening} for {@link Matrix.Blocked}. Panels are laid out as those of other formats: codes are
 * transposed while four of them share an int. A vector then holds one place of a vector's worth of rows, whose factors and
 * addends lie side by side.
 */
final class BlockWidening {
    /** Where a vector of ints has the factor of each: in the first lanes, one for a group. */
    private static final VectorShuffle<Float> GROUP_OF_LANE = VectorShuffle.fromOp(FLOAT, i -> i / BlockReading.INTS);

    private BlockWidening() {}

    /** As {@link Panels#pack}; {@code from} and {@code k} are whole blocks. */
    static void pack(Matrix.Blocked weight, int row, int cols, int from, int k, Scratch scratch, float[] b) {
        int ints = k / 4;
        int stride = ints + LANES;
        int[] raw = scratch.raw(LANES * stride);
        int size = k / BlockReading.GROUP * LANES;
        var groups = scratch.groups.sized(size);
        int padded = MicroKernel.paddedCols(cols);
        for (int col = 0; col < padded; col += LANES) {
            int present = Math.clamp(cols - col, 0, LANES);
            for (int r = 0; r < present; r++) {
                BlockReading.read(weight, row + col + r, from, k, raw, r * stride, groups.at(r, LANES));
            }
            for (int r = present; r < LANES; r++) {
                groups.clear(r, size, LANES);
            }
            int panelCol = col / MicroKernel.COLS * MicroKernel.COLS;
            int step = MicroKernel.panelVectors(cols - panelCol) * LANES;
            int panel = panelCol * k + col - panelCol;
            for (int i = 0; i < ints; i += BlockReading.INTS) {
                if (i % LANES == 0) {
                    Panels.transpose(raw, i, stride, scratch);
                }
                int group = i / BlockReading.INTS * LANES;
                group(scratch.block, i % LANES * LANES, groups, group, b, panel + 4 * i * step, step);
            }
        }
    }

    /** The 16 places of a group, {@code step} floats apart. */
    private static void group(
            int[] codes, int from, BlockReading.Groups groups, int groupAt, float[] out, int to, int step) {
        var factor = FloatVector.fromArray(FLOAT, groups.factors, groupAt);
        var addend = FloatVector.fromArray(FLOAT, groups.addends, groupAt);
        for (int i = 0; i < BlockReading.INTS; i++) {
            var four = IntVector.fromArray(INT, codes, from + i * LANES);
            int at = to + 4 * i * step;
            ((FloatVector) four.lanewise(VectorOperators.LSHL, 24)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, FLOAT, 0))
                    .fma(factor, addend)
                    .intoArray(out, at);
            ((FloatVector) four.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, FLOAT, 0))
                    .fma(factor, addend)
                    .intoArray(out, at + step);
            ((FloatVector) four.lanewise(VectorOperators.LSHL, 8)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, FLOAT, 0))
                    .fma(factor, addend)
                    .intoArray(out, at + 2 * step);
            ((FloatVector) four.lanewise(VectorOperators.ASHR, 24).convertShape(VectorOperators.I2F, FLOAT, 0))
                    .fma(factor, addend)
                    .intoArray(out, at + 3 * step);
        }
    }

    /**
     * Elements of a row, whole blocks: place p of int i, element {@code 4 i + p}, goes to {@code out[p * placeStride + i]};
     * {@code placeStride} is a multiple of {@link Lanes#LANES}, and what is beyond the row's ints is zero.
     */
    static void apart(
            Matrix.Blocked matrix, int row, int from, int count, Scratch scratch, float[] out, int placeStride) {
        int[] raw = scratch.raw(placeStride);
        int padded = placeStride / BlockReading.INTS + LANES;
        var groups = scratch.groups.sized(padded);
        BlockReading.read(matrix, row, from, count, raw, 0, groups.at(0, 1));
        groups.clear(count / BlockReading.GROUP, padded, 1);
        apart(raw, groups.factors, groups.addends, placeStride, out);
    }

    private static void apart(int[] codes, float[] factors, float[] addends, int count, float[] out) {
        for (int i = 0; i < count; i += LANES) {
            int group = i / BlockReading.INTS;
            var factor = FloatVector.fromArray(FLOAT, factors, group).rearrange(GROUP_OF_LANE);
            var addend = FloatVector.fromArray(FLOAT, addends, group).rearrange(GROUP_OF_LANE);
            var four = IntVector.fromArray(INT, codes, i);
            ((FloatVector) four.lanewise(VectorOperators.LSHL, 24)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, FLOAT, 0))
                    .fma(factor, addend)
                    .intoArray(out, i);
            ((FloatVector) four.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, FLOAT, 0))
                    .fma(factor, addend)
                    .intoArray(out, count + i);
            ((FloatVector) four.lanewise(VectorOperators.LSHL, 8)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, FLOAT, 0))
                    .fma(factor, addend)
                    .intoArray(out, 2 * count + i);
            ((FloatVector) four.lanewise(VectorOperators.ASHR, 24).convertShape(VectorOperators.I2F, FLOAT, 0))
                    .fma(factor, addend)
                    .intoArray(out, 3 * count + i);
        }
    }

    /** Elements of a row, whole blocks, in their order. */
    static void inOrder(Matrix.Blocked matrix, int row, int from, int count, Scratch scratch, float[] out, int to) {
        int[] raw = scratch.raw(count / 4);
        var groups = scratch.groups.sized(count / BlockReading.GROUP);
        BlockReading.read(matrix, row, from, count, raw, 0, groups.at(0, 1));
        for (int i = 0; i < count; i++) {
            int code = (byte) (raw[i / 4] >> i % 4 * 8);
            out[to + i] =
                    Math.fma(groups.factors[i / BlockReading.GROUP], code, groups.addends[i / BlockReading.GROUP]);
        }
    }
}
