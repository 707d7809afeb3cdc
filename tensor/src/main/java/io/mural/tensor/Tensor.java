package io.mural.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A float32 view of memory outside the heap: elements of a row lie side by side, rows {@link #rowStride()} floats
 * apart. It owns nothing; it is valid until the owner of the memory ({@link Workspace}, a checkpoint) releases it.
 */
public final class Tensor {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    /** Stands for memory that was only counted. */
    private static final MemorySegment PLANNED = MemorySegment.NULL;

    private final MemorySegment data;
    private final Shape shape;
    private final int rowStride;
    /** The tensor that this one is a view of, through any number of views; itself where it is none. */
    private final Tensor root;
    /** Floats from the root's first element to this one's. */
    private final long offset;

    private Tensor(MemorySegment data, Shape shape, int rowStride) {
        this(data, shape, rowStride, null, 0);
    }

    private Tensor(MemorySegment data, Shape shape, int rowStride, Tensor root, long offset) {
        this.data = data;
        this.shape = shape;
        this.rowStride = rowStride;
        this.root = root == null ? this : root;
        this.offset = offset;
        if (data.equals(PLANNED)) {
            return;
        }
        long floats = (shape.rows() - 1L) * rowStride + shape.cols();
        if (data.byteSize() < floats * Float.BYTES) {
            throw new IllegalArgumentException(
                    "a tensor of shape " + shape + " does not fit in " + data.byteSize() + " bytes");
        }
    }

    /** A contiguous tensor at the start of {@code data}, which must be aligned to 4 bytes. */
    public static Tensor of(MemorySegment data, Shape shape) {
        return new Tensor(data, shape, shape.cols());
    }

    /** A tensor without memory, for {@link PlanOps}; it has a shape and views, but no values. */
    static Tensor planned(Shape shape) {
        return new Tensor(PLANNED, shape, shape.cols());
    }

    public Shape shape() {
        return shape;
    }

    public int rows() {
        return shape.rows();
    }

    public int cols() {
        return shape.cols();
    }

    /** Distance between the first elements of two rows, in floats. */
    public int rowStride() {
        return rowStride;
    }

    public boolean contiguous() {
        return rowStride == cols() || rows() == 1;
    }

    /** The memory from the first element on. */
    public MemorySegment segment() {
        return data;
    }

    /** Rows {@code from} (inclusive) to {@code to} (exclusive) as a matrix [to - from, cols] of the same memory. */
    public Tensor rows(int from, int to) {
        checkRange("rows", from, to, rows());
        long start = (long) from * rowStride;
        long length = (to - from - 1L) * rowStride + cols();
        return new Tensor(slice(start, length), Shape.of(to - from, cols()), rowStride, root, offset + start);
    }

    /** Columns {@code from} (inclusive) to {@code to} (exclusive) as a matrix [rows, to - from] of the same memory. */
    public Tensor columns(int from, int to) {
        checkRange("columns", from, to, cols());
        long length = (rows() - 1L) * rowStride + to - from;
        return new Tensor(slice(from, length), Shape.of(rows(), to - from), rowStride, root, offset + from);
    }

    /** The same elements under other sizes; only for contiguous tensors. */
    public Tensor reshape(int... dims) {
        var wanted = Shape.of(dims);
        if (!contiguous() || wanted.size() != shape.size()) {
            throw new IllegalArgumentException(
                    "a tensor " + shape + " with row stride " + rowStride + " cannot be seen as " + wanted);
        }
        return new Tensor(data, wanted, wanted.cols(), root, offset);
    }

    /** The tensor that this one is a view of; itself where it is none. */
    Tensor root() {
        return root;
    }

    /** The view of {@code other} that this tensor is of its root; {@code other} is as large as the root. */
    Tensor in(Tensor other) {
        long floats = (rows() - 1L) * rowStride + cols();
        return new Tensor(other.slice(offset, floats), shape, rowStride, other, offset);
    }

    /** Whether an element of this tensor is one of {@code other}'s too. */
    boolean overlaps(Tensor other) {
        if (root != other.root || last() <= other.offset || other.last() <= offset) {
            return false;
        }
        if (rowStride != other.rowStride) {
            return true;
        }
        long column = offset % rowStride;
        long otherColumn = other.offset % rowStride;
        // Where rows do not reach over the stride, columns beside each other have nothing in common.
        boolean within = column + cols() <= rowStride && otherColumn + other.cols() <= rowStride;
        return !within || column < otherColumn + other.cols() && otherColumn < column + cols();
    }

    /** Floats from the root's first element to the one behind the last. */
    private long last() {
        return offset + (rows() - 1L) * rowStride + cols();
    }

    public float get(int row, int col) {
        return data.getAtIndex(FLOAT, (long) row * rowStride + col);
    }

    public void set(int row, int col, float value) {
        data.setAtIndex(FLOAT, (long) row * rowStride + col, value);
    }

    /** Copies {@code count} elements of a row, from column {@code col} on, to {@code target}. */
    public void readRow(int row, int col, float[] target, int offset, int count) {
        MemorySegment.copy(data, FLOAT, ((long) row * rowStride + col) * Float.BYTES, target, offset, count);
    }

    /** Copies {@code count} elements of {@code source} into a row, from column {@code col} on. */
    public void writeRow(int row, int col, float[] source, int offset, int count) {
        MemorySegment.copy(source, offset, data, FLOAT, ((long) row * rowStride + col) * Float.BYTES, count);
    }

    /** All elements in row-major order, on the heap. */
    public float[] toArray() {
        var values = new float[Math.toIntExact(shape.size())];
        for (int row = 0; row < rows(); row++) {
            readRow(row, 0, values, row * cols(), cols());
        }
        return values;
    }

    /** Sets all elements, in row-major order. */
    public void copyFrom(float[] values) {
        if (values.length != shape.size()) {
            throw new IllegalArgumentException(values.length + " values for a tensor " + shape);
        }
        for (int row = 0; row < rows(); row++) {
            writeRow(row, 0, values, row * cols(), cols());
        }
    }

    private MemorySegment slice(long start, long length) {
        return data.equals(PLANNED) ? PLANNED : data.asSlice(start * Float.BYTES, length * Float.BYTES);
    }

    private void checkRange(String what, int from, int to, int size) {
        if (from < 0 || to <= from || to > size) {
            throw new IndexOutOfBoundsException(what + " " + from + " to " + to + " of a tensor " + shape);
        }
    }

    @Override
    public String toString() {
        return "Tensor" + shape;
    }
}
