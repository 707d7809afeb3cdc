package io.mural.tensor.cpu.machine;

import java.lang.foreign.MemorySegment;

/**
 * The inner loop of a product, {@code c += a b^T}, for one panel of columns. How operands lie in memory is told by
 * {@link Pairs} and {@link CodeBlocks}.
 */
@FunctionalInterface
public interface Tile {
    /**
     * @param a rows of the left operand, {@code aStride} bytes apart; whole groups of rows are read
     * @param b a panel of the right operand
     * @param c float32 sums, rows {@code cStride} bytes apart; whole groups of rows are read and written
     * @param steps pairs of k, or blocks of k; at least 1
     * @param groups groups of rows, at least 1
     */
    void multiply(
            MemorySegment a, MemorySegment b, MemorySegment c, long steps, long aStride, long cStride, long groups);
}
