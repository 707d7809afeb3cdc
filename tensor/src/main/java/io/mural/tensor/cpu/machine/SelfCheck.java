package io.mural.tensor.cpu.machine;

import java.lang.foreign.MemorySegment;
import java.util.Random;

/** Compares kernels with others on operands of a few hundred elements: what is wrong at all is wrong there. */
final class SelfCheck {
    private static final int GROUPS = 2;
    private static final int STEPS = 5;

    private SelfCheck() {}

    static boolean agree(Tiles tiles, Tiles plain) {
        for (int width : tiles.widths()) {
            if (!agree(tiles, plain, width)) {
                return false;
            }
        }
        return true;
    }

    private static boolean agree(Tiles tiles, Tiles plain, int width) {
        var random = new Random(width);
        int rows = tiles.rows() * GROUPS;
        int rowInts = STEPS * tiles.format().map(format -> format.rowInts).orElse(1) + 3;
        int columnInts = STEPS * tiles.format().map(CodeBlocks::columnInts).orElse(1);
        var a = new int[rows * rowInts];
        var b = new int[columnInts * width];
        for (int i = 0; i < a.length; i++) {
            a[i] = tiles.format().isEmpty() || isScale(tiles, i % rowInts) ? number(tiles, random) : random.nextInt();
        }
        for (int i = 0; i < b.length; i++) {
            boolean scale = tiles.format().isPresent()
                    && i / width % tiles.format().get().columnInts()
                            == tiles.format().get().ints;
            b[i] = tiles.format().isEmpty() || scale ? number(tiles, random) : random.nextInt();
        }
        var sums = multiply(tiles, width, a, b, rows, rowInts);
        var expected = multiply(plain, width, a, b, rows, rowInts);
        for (int i = 0; i < sums.length; i++) {
            // whole sums are exact; the order of a pair's two products is the processor's own
            float allowed = tiles.format().isPresent() ? 0 : 1e-4f;
            if (!(Math.abs(sums[i] - expected[i]) <= allowed)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isScale(Tiles tiles, int i) {
        var format = tiles.format().get();
        return i % format.rowInts == format.ints;
    }

    /** A scale between 1 and 2, or a pair of numbers between -2 and 2. */
    private static int number(Tiles tiles, Random random) {
        if (tiles.format().isPresent()) {
            return Float.floatToRawIntBits(1 + random.nextFloat());
        }
        return Pairs.round(4 * random.nextFloat() - 2, 4 * random.nextFloat() - 2);
    }

    private static float[] multiply(Tiles tiles, int width, int[] a, int[] b, int rows, int rowInts) {
        var sums = new float[rows * width];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = i % 7;
        }
        tiles.kernel(width)
                .multiply(
                        MemorySegment.ofArray(a),
                        MemorySegment.ofArray(b),
                        MemorySegment.ofArray(sums),
                        STEPS,
                        (long) rowInts * Integer.BYTES,
                        (long) width * Float.BYTES,
                        GROUPS);
        return sums;
    }
}
