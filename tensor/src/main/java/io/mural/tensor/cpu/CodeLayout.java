package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.FLOAT;
import static io.mural.tensor.cpu.Lanes.INT;
import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.Matrix;
import io.mural.tensor.cpu.machine.CodeBlocks;
import io.mural.tensor.cpu.machine.Tiles;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Operands as codes with a scale for each block of 32 along k: the largest magnitude of a block becomes 127. Block formats
 * of files whose values are a scale times a code keep both as they are; other weights are rounded on the way.
 */
final class CodeLayout implements TileLayout {
    private static final int SIZE = CodeBlocks.SIZE;
    private static final float LARGEST = 127;
    /** Adding it leaves a whole number, rounded to the nearest, in the low bits of the sum. */
    private static final float ROUNDER = 0x1.8p23f;

    private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);
    private static final int UNSIGNED = 0x80808080;

    private final Tiles tiles;
    private final CodeBlocks format;

    CodeLayout(Tiles tiles) {
        this.tiles = tiles;
        this.format = tiles.format().orElseThrow();
    }

    @Override
    public Tiles tiles() {
        return tiles;
    }

    @Override
    public int depth() {
        return format == CodeBlocks.BYTES ? 2 * MicroKernel.KC : MicroKernel.KC;
    }

    @Override
    public int steps(int k) {
        return (k + SIZE - 1) / SIZE;
    }

    @Override
    public int rowInts() {
        return format.rowInts;
    }

    @Override
    public int columnInts() {
        return format.columnInts();
    }

    @Override
    public int padded(int k) {
        return steps(k) * SIZE;
    }

    // --- the left operand -------------------------------------------------------------------------------------------

    @Override
    public void row(float[] row, int k, int[] a, int at, Scratch scratch) {
        Arrays.fill(row, k, padded(k), 0);
        int[] codes = scratch.ints(SIZE);
        for (int block = 0, to = at; block < steps(k); block++, to += format.rowInts) {
            float largest = largest(row, block * SIZE);
            int sum = codes(row, block * SIZE, largest == 0 ? 0 : LARGEST / largest, codes);
            if (format == CodeBlocks.BYTES) {
                for (int i = 0; i < format.ints; i++) {
                    a[to + i] = fourBytes(codes, 4 * i);
                }
                a[to + format.ints + 1] = -128 * sum;
            } else {
                for (int i = 0; i < format.ints; i++) {
                    a[to + i] = codes[2 * i] & 0xffff | codes[2 * i + 1] << 16;
                }
            }
            a[to + format.ints] = Float.floatToRawIntBits(largest / LARGEST);
        }
    }

    private static int fourBytes(int[] codes, int i) {
        return codes[i] & 0xff | (codes[i + 1] & 0xff) << 8 | (codes[i + 2] & 0xff) << 16 | codes[i + 3] << 24;
    }

    private static float largest(float[] x, int from) {
        var largest = FloatVector.fromArray(FLOAT, x, from).abs();
        for (int i = LANES; i < SIZE; i += LANES) {
            largest = largest.max(FloatVector.fromArray(FLOAT, x, from + i).abs());
        }
        return largest.reduceLanes(VectorOperators.MAX);
    }

    /** The codes of a block, and their sum. Codes of what is no number are of no account: the scale is none either. */
    private static int codes(float[] x, int from, float inverse, int[] codes) {
        var sum = IntVector.zero(INT);
        for (int i = 0; i < SIZE; i += LANES) {
            var code = FloatVector.fromArray(FLOAT, x, from + i)
                    .mul(inverse)
                    .add(ROUNDER)
                    .reinterpretAsInts()
                    .sub(ROUNDER_BITS)
                    .lanewise(VectorOperators.LSHL, 24)
                    .lanewise(VectorOperators.ASHR, 24);
            code.intoArray(codes, i);
            sum = sum.add(code);
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }

    // --- the right operand ------------------------------------------------------------------------------------------

    @Override
    public void pack(Matrix weight, int row, int cols, int from, int k, Scratch scratch, int[] b) {
        if (weight instanceof Matrix.Blocked blocked && zero(blocked) >= 0) {
            move(blocked, zero(blocked), row, cols, from, k, scratch, b);
        } else {
            round(weight, row, cols, from, k, scratch, b);
        }
    }

    /** The code that means 0, where a value is {@code scale * (code - zero)} with a scale for 32; otherwise -1. */
    private static int zero(Matrix.Blocked weight) {
        return switch (weight.dtype()) {
            case Q8_0 -> 0;
            case Q4_0 -> 8;
            case Q5_0 -> 16;
            default -> -1;
        };
    }

    private int at(int panelCol, int col, int blocks) {
        return panelCol * blocks * format.columnInts() + col - panelCol;
    }

    /** Codes and scales as they stand in the file, rows and columns changed places. */
    private void move(Matrix.Blocked weight, int zero, int row, int cols, int from, int k, Scratch scratch, int[] b) {
        int blocks = k / SIZE;
        int ints = k / 4;
        int stride = ints + LANES;
        int[] raw = scratch.raw(LANES * stride);
        int size = k / BlockReading.GROUP * LANES;
        var groups = scratch.groups.sized(size);
        int padded = tiles.padded(cols);
        for (int col = 0; col < padded; col += LANES) {
            int present = Math.clamp(cols - col, 0, LANES);
            for (int r = 0; r < present; r++) {
                BlockReading.read(weight, row + col + r, from, k, raw, r * stride, groups.at(r, LANES));
            }
            for (int r = present; r < LANES; r++) {
                groups.clear(r, size, LANES);
            }
            int panelCol = col / tiles.widths().getFirst() * tiles.widths().getFirst();
            int width = tiles.width(cols - panelCol);
            int at = at(panelCol, col, blocks);
            for (int i = 0; i < ints; i++) {
                if (i % LANES == 0) {
                    Panels.transpose(raw, i, stride, scratch);
                }
                int to = at + (i / 8 * format.columnInts() + i % 8 * format.ints / 8) * width;
                place(scratch.block, i % LANES * LANES, zero, b, to, width);
            }
            for (int block = 0; block < blocks; block++) {
                int to = at + (block * format.columnInts() + format.ints) * width;
                FloatVector.fromArray(FLOAT, groups.factors, 2 * block * LANES)
                        .reinterpretAsInts()
                        .intoArray(b, to);
            }
        }
    }

    /** Four codes of each of a vector's worth of columns, which stand in one int each. */
    private void place(int[] codes, int from, int zero, int[] b, int to, int width) {
        // the codes are below 128 where zero is not 0; a set upper bit keeps the bytes from borrowing
        var four = IntVector.fromArray(INT, codes, from);
        if (zero != 0) {
            four = four.or(UNSIGNED).sub(zero * 0x01010101).lanewise(VectorOperators.XOR, UNSIGNED);
        }
        if (format == CodeBlocks.BYTES) {
            four.lanewise(VectorOperators.XOR, UNSIGNED).intoArray(b, to);
            return;
        }
        var first = four.lanewise(VectorOperators.LSHL, 24).lanewise(VectorOperators.ASHR, 24);
        var second = four.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 24);
        var third = four.lanewise(VectorOperators.LSHL, 8).lanewise(VectorOperators.ASHR, 24);
        var fourth = four.lanewise(VectorOperators.ASHR, 24);
        first.and(0xffff).or(second.lanewise(VectorOperators.LSHL, 16)).intoArray(b, to);
        third.and(0xffff).or(fourth.lanewise(VectorOperators.LSHL, 16)).intoArray(b, to + width);
    }

    /** Weights widened to float32 panels, then rounded block by block of each column. */
    private void round(Matrix weight, int row, int cols, int from, int k, Scratch scratch, int[] b) {
        var wide = WidePanels.of(weight, row, cols, from, k, scratch);
        int blocks = steps(k);
        int padded = tiles.padded(cols);
        int[] codes = scratch.ints(SIZE * LANES);
        for (int col = 0; col < padded; col += LANES) {
            int panelCol = col / tiles.widths().getFirst() * tiles.widths().getFirst();
            int width = tiles.width(cols - panelCol);
            int to = at(panelCol, col, blocks);
            int step = wide.step(col);
            for (int block = 0; block < blocks; block++, to += format.columnInts() * width) {
                int count = Math.min(SIZE, k - block * SIZE);
                int source = wide.at(col) + block * SIZE * step;
                round(wide.values(), source, step, count, codes, b, to + format.ints * width);
                join(codes, b, to, width);
            }
        }
    }

    /** Codes of one block of a vector's worth of columns, and their scales at {@code scaleAt}. */
    private static void round(float[] x, int from, int step, int count, int[] codes, int[] b, int scaleAt) {
        var largest = FloatVector.fromArray(FLOAT, x, from).abs();
        for (int i = 1; i < count; i++) {
            largest =
                    largest.max(FloatVector.fromArray(FLOAT, x, from + i * step).abs());
        }
        largest.div(LARGEST).reinterpretAsInts().intoArray(b, scaleAt);
        var inverse =
                FloatVector.broadcast(FLOAT, LARGEST).div(largest).blend(0f, largest.compare(VectorOperators.EQ, 0f));
        for (int i = 0; i < count; i++) {
            FloatVector.fromArray(FLOAT, x, from + i * step)
                    .mul(inverse)
                    .add(ROUNDER)
                    .reinterpretAsInts()
                    .sub(ROUNDER_BITS)
                    .intoArray(codes, i * LANES);
        }
        Arrays.fill(codes, count * LANES, SIZE * LANES, 0);
    }

    /** Puts the codes of neighbours along k into one int, as the kernel wants them. */
    private void join(int[] codes, int[] b, int to, int width) {
        if (format == CodeBlocks.WORDS) {
            for (int i = 0; i < format.ints; i++) {
                var first = IntVector.fromArray(INT, codes, 2 * i * LANES).and(0xffff);
                IntVector.fromArray(INT, codes, (2 * i + 1) * LANES)
                        .lanewise(VectorOperators.LSHL, 16)
                        .or(first)
                        .intoArray(b, to + i * width);
            }
            return;
        }
        for (int i = 0; i < format.ints; i++) {
            var first = IntVector.fromArray(INT, codes, 4 * i * LANES).and(0xff);
            var second = IntVector.fromArray(INT, codes, (4 * i + 1) * LANES).and(0xff);
            var third = IntVector.fromArray(INT, codes, (4 * i + 2) * LANES).and(0xff);
            IntVector.fromArray(INT, codes, (4 * i + 3) * LANES)
                    .lanewise(VectorOperators.LSHL, 24)
                    .or(third.lanewise(VectorOperators.LSHL, 16))
                    .or(second.lanewise(VectorOperators.LSHL, 8))
                    .or(first)
                    .lanewise(VectorOperators.XOR, UNSIGNED)
                    .intoArray(b, to + i * width);
        }
    }
}
