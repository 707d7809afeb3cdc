package io.mural.tensor.cpu.machine;

/**
 * Products of whole numbers with a scale for every {@link #SIZE} elements of k, summed in float32: how their operands
 * lie. A value is its block's scale times a code from -128 to 127. Sums of a block are exact; each is rounded once, times
 * the scales of both operands, as it is added.
 *
 * <p>A row of the left operand is its blocks side by side: ints with codes, the scale, and under {@link #BYTES} a
 * correction. A panel of the right operand is its blocks one after the other: for each int of a row one int for each
 * column, then the scale of each column.
 */
public enum CodeBlocks {
    /**
     * Four codes in an int. The instruction multiplies unsigned bytes by signed ones: the right operand's codes are stored
     * with 128 added, and the correction, -128 times the sum of the left operand's codes of the block, takes it off again.
     */
    BYTES(8, 1),
    /** Two codes in an int, each sign-extended: for processors that multiply no bytes exactly. */
    WORDS(16, 0);

    /** Elements of k that share a scale. */
    public static final int SIZE = 32;

    /** Ints of codes in a block of a row. */
    public final int ints;
    /** Ints that a block of a row takes with its scale. */
    public final int rowInts;

    CodeBlocks(int ints, int corrections) {
        this.ints = ints;
        this.rowInts = ints + 1 + corrections;
    }

    /** Ints that a block of a panel takes, with its scales, for each column. */
    public int columnInts() {
        return ints + 1;
    }
}
