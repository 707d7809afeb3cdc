package io.mural.tensor.cpu;

import static io.mural.tensor.cpu.Lanes.FLOAT;
import static io.mural.tensor.cpu.Lanes.INT;
import static io.mural.tensor.cpu.Lanes.LANES;

import io.mural.tensor.Matrix;
import io.mural.tensor.cpu.machine.Pairs;
import io.mural.tensor.cpu.machine.Tiles;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Operands as pairs of bfloat16. Weights of that format are moved as they are; others are rounded. */
final class PairLayout implements TileLayout {
    /** Lanes of two vectors together: every second from the first on, and from the second on. */
    static final IntVector EVEN = everySecond(0);

    static final IntVector ODD = everySecond(1);

    private static final int HALF = 0x7fff;
    private static final int UPPER = 0xffff0000;
    private static final int QUIET = 0x00400000;
    private static final int INFINITE = 0x7f800000;
    private static final int MAGNITUDE = 0x7fffffff;

    private final Tiles tiles;

    PairLayout(Tiles tiles) {
        this.tiles = tiles;
    }

    private static IntVector everySecond(int from) {
        int[] places = new int[LANES];
        for (int i = 0; i < LANES; i++) {
            places[i] = 2 * i + from;
        }
        return IntVector.fromArray(INT, places, 0);
    }

    @Override
    public Tiles tiles() {
        return tiles;
    }

    @Override
    public int depth() {
        return MicroKernel.KC;
    }

    @Override
    public int steps(int k) {
        return Pairs.of(k);
    }

    @Override
    public int rowInts() {
        return 1;
    }

    @Override
    public int columnInts() {
        return 1;
    }

    @Override
    public int padded(int k) {
        return (k + 2 * LANES - 1) / (2 * LANES) * 2 * LANES;
    }

    @Override
    public void row(float[] row, int k, int[] a, int at, Scratch scratch) {
        row(row, k, a, at);
    }

    void row(float[] row, int k, int[] a, int at) {
        int end = padded(k);
        Arrays.fill(row, k, end, 0);
        pairs(row, 0, end, a, at);
    }

    /** Rounds {@code count} values, a whole number of pairs of vectors, and puts neighbours into one int. */
    static void pairs(float[] x, int from, int count, int[] out, int to) {
        for (int i = from, j = to; i < from + count; i += 2 * LANES, j += LANES) {
            var first = FloatVector.fromArray(FLOAT, x, i).reinterpretAsInts();
            var second = FloatVector.fromArray(FLOAT, x, i + LANES).reinterpretAsInts();
            var low = EVEN.selectFrom(first, second);
            var high = ODD.selectFrom(first, second);
            var lowNan = low.and(MAGNITUDE).compare(VectorOperators.GT, INFINITE);
            var highNan = high.and(MAGNITUDE).compare(VectorOperators.GT, INFINITE);
            low = low.add(low.lanewise(VectorOperators.LSHR, 16).and(1).add(HALF))
                    .blend(low.or(QUIET), lowNan)
                    .lanewise(VectorOperators.LSHR, 16);
            high = high.add(high.lanewise(VectorOperators.LSHR, 16).and(1).add(HALF))
                    .blend(high.or(QUIET), highNan)
                    .and(UPPER);
            low.or(high).intoArray(out, j);
        }
    }

    /**
     * The same of two rows: {@code upper} is the second of each pair.
     *
     * @param count a whole number of vectors
     */
    static void pairs(float[] x, int lower, int upper, int count, int[] out, int to) {
        for (int i = 0; i < count; i += LANES) {
            var low = FloatVector.fromArray(FLOAT, x, lower + i).reinterpretAsInts();
            var high = FloatVector.fromArray(FLOAT, x, upper + i).reinterpretAsInts();
            var lowNan = low.and(MAGNITUDE).compare(VectorOperators.GT, INFINITE);
            var highNan = high.and(MAGNITUDE).compare(VectorOperators.GT, INFINITE);
            low = low.add(low.lanewise(VectorOperators.LSHR, 16).and(1).add(HALF))
                    .blend(low.or(QUIET), lowNan)
                    .lanewise(VectorOperators.LSHR, 16);
            high = high.add(high.lanewise(VectorOperators.LSHR, 16).and(1).add(HALF))
                    .blend(high.or(QUIET), highNan)
                    .and(UPPER);
            low.or(high).intoArray(out, to + i);
        }
    }

    @Override
    public void pack(Matrix weight, int row, int cols, int from, int k, Scratch scratch, int[] b) {
        if (weight instanceof Matrix.BF16) {
            move(weight, row, cols, from, k, scratch, b);
        } else {
            round(weight, row, cols, from, k, scratch, b);
        }
    }

    /** Pairs as they stand in the file, rows and columns changed places. */
    private void move(Matrix weight, int row, int cols, int from, int k, Scratch scratch, int[] b) {
        int pairs = Pairs.of(k);
        // an odd number of cache lines keeps the rows of a block in different sets of the cache
        int stride = Lanes.up(pairs) + LANES;
        scratch.raw(LANES * stride);
        int padded = tiles.padded(cols);
        for (int col = 0; col < padded; col += LANES) {
            int present = Math.clamp(cols - col, 0, LANES);
            for (int r = 0; r < present; r++) {
                Widening.read(weight, row + col + r, from, k, scratch, r * stride);
            }
            Arrays.fill(scratch.raw, present * stride, LANES * stride, 0);
            place(scratch.raw, 0, stride, pairs, cols, col, scratch, b, 0);
        }
    }

    /** Lays out a vector's worth of columns: rows {@code col} to {@code col + LANES}, {@code stride} ints apart. */
    void place(int[] raw, int from, int stride, int pairs, int cols, int col, Scratch scratch, int[] b, int to) {
        int panelCol = col / tiles.widths().getFirst() * tiles.widths().getFirst();
        int width = tiles.width(cols - panelCol);
        int at = to + panelCol * pairs + col - panelCol;
        for (int p = 0; p < pairs; p += LANES) {
            Panels.transpose(raw, from + p, stride, scratch);
            int whole = Math.min(LANES, pairs - p);
            for (int i = 0; i < whole; i++) {
                System.arraycopy(scratch.block, i * LANES, b, at + (p + i) * width, LANES);
            }
        }
    }

    /** Weights widened to float32 panels, then rounded. */
    private void round(Matrix weight, int row, int cols, int from, int k, Scratch scratch, int[] b) {
        var wide = WidePanels.of(weight, row, cols, from, k, scratch);
        int pairs = Pairs.of(k);
        int padded = tiles.padded(cols);
        for (int col = 0; col < padded; col += LANES) {
            int panelCol = col / tiles.widths().getFirst() * tiles.widths().getFirst();
            int width = tiles.width(cols - panelCol);
            int at = panelCol * pairs + col - panelCol;
            int source = wide.at(col);
            int step = wide.step(col);
            for (int p = 0; p < pairs; p++, source += 2 * step, at += width) {
                boolean odd = 2 * p + 1 == k;
                pairs(wide.values(), source, odd ? wide.zeros() : source + step, LANES, b, at);
            }
        }
    }
}
