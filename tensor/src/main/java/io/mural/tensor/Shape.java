package io.mural.tensor;

import java.util.Arrays;

/** The sizes of a tensor, outermost first; printed as {@code [512, 3072]}. Rank 1 or more, every size positive. */
public final class Shape {
    private final int[] dims;
    private final long size;

    private Shape(int[] dims) {
        this.dims = dims;
        long product = 1;
        for (int dim : dims) {
            if (dim <= 0) {
                throw new IllegalArgumentException("every size of a shape must be positive: " + Arrays.toString(dims));
            }
            product = Math.multiplyExact(product, dim);
        }
        this.size = product;
    }

    public static Shape of(int... dims) {
        if (dims.length == 0) {
            throw new IllegalArgumentException("a shape has at least one dimension");
        }
        return new Shape(dims.clone());
    }

    public int rank() {
        return dims.length;
    }

    public int dim(int index) {
        return dims[index];
    }

    /** Number of elements. */
    public long size() {
        return size;
    }

    /** The innermost size: what one row holds. */
    public int cols() {
        return dims[dims.length - 1];
    }

    /** The product of all other sizes. */
    public int rows() {
        return Math.toIntExact(size / cols());
    }

    public int[] toArray() {
        return dims.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape that && Arrays.equals(dims, that.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    @Override
    public String toString() {
        return Arrays.toString(dims);
    }
}
