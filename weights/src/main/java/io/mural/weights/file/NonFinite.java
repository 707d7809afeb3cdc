package io.mural.weights.file;

import io.mural.tensor.BlockFormats;
import io.mural.tensor.DType;
import io.mural.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * Elements of a tensor that are no numbers: NaN or infinite, as a failed training run or conversion leaves them.
 *
 * @param first index of the first one, row-major; in blocked formats of the first element of its block
 * @param value of the first one: NaN, Infinity or -Infinity
 * @param count how many there are; in blocked formats, in how many blocks
 */
public record NonFinite(TensorInfo tensor, long first, float value, long count) {
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int HALF_EXPONENT = 0x7c00;

    /** Reads the whole tensor; empty when all its elements are numbers. */
    public static Optional<NonFinite> in(Checkpoint checkpoint, TensorInfo tensor) {
        return of(tensor, checkpoint.segment(tensor.name()));
    }

    static Optional<NonFinite> of(TensorInfo tensor, MemorySegment data) {
        return switch (tensor.dtype().kind()) {
            case FLOAT -> floats(tensor, data);
            case BLOCKS -> scales(tensor, data);
            case INTEGER -> Optional.empty();
        };
    }

    private static Optional<NonFinite> floats(TensorInfo tensor, MemorySegment data) {
        return switch (tensor.dtype()) {
            case F64 -> lanes(tensor, data, 64, 0x7ffL << 52);
            case F32 -> lanes(tensor, data, 32, 0xffL << 23);
            case F16 -> lanes(tensor, data, 16, HALF_EXPONENT);
            case BF16 -> lanes(tensor, data, 16, 0x7f80);
            case F8_E5M2 -> lanes(tensor, data, 8, 0x7c);
            // without infinities: only all bits set are NaN
            case F8_E4M3 -> lanes(tensor, data, 8, 0x7f);
            default -> throw new IllegalStateException(tensor.dtype() + " is no floating-point format");
        };
    }

    /**
     * Looks at the elements of eight bytes at once. An element is no number when all bits of {@code exponent} are set:
     * those that are not set, plus the exponent, reach an element's highest bit unless there are none.
     */
    private static Optional<NonFinite> lanes(TensorInfo tensor, MemorySegment data, int bits, long exponent) {
        long ones = bits == Long.SIZE ? 1 : 0;
        for (int at = 0; bits < Long.SIZE && at < Long.SIZE; at += bits) {
            ones |= 1L << at;
        }
        long mask = exponent * ones;
        long top = (1L << bits - 1) * ones;
        long words = data.byteSize() / Long.BYTES * Long.BYTES;
        long first = -1;
        long count = 0;
        for (long at = 0; at < words; at += Long.BYTES) {
            long fine = (~data.get(I64, at) & mask) + mask & top;
            if (fine != top) {
                long found = top & ~fine;
                first = first < 0 ? (at * Byte.SIZE + Long.numberOfTrailingZeros(found)) / bits : first;
                count += Long.bitCount(found);
            }
        }
        Matrix row = row(tensor, data);
        for (long i = words * Byte.SIZE / bits; i < tensor.size(); i++) {
            if (!Float.isFinite(element(row, i))) {
                first = first < 0 ? i : first;
                count++;
            }
        }
        return found(tensor, data, first, count);
    }

    /** Codes are finite; what may not be is a scale (a float16 number) of a block. */
    private static Optional<NonFinite> scales(TensorInfo tensor, MemorySegment data) {
        DType dtype = tensor.dtype();
        List<Integer> offsets = BlockFormats.scales(dtype);
        long first = -1;
        long count = 0;
        for (long block = 0; block < data.byteSize() / dtype.blockBytes(); block++) {
            boolean fine = true;
            for (int offset : offsets) {
                int scale = data.get(Matrix.F16_LAYOUT, block * dtype.blockBytes() + offset);
                fine &= (scale & HALF_EXPONENT) != HALF_EXPONENT;
            }
            if (!fine) {
                first = first < 0 ? block * dtype.blockSize() : first;
                count++;
            }
        }
        return found(tensor, data, first, count);
    }

    private static Optional<NonFinite> found(TensorInfo tensor, MemorySegment data, long first, long count) {
        return count == 0
                ? Optional.empty()
                : Optional.of(new NonFinite(tensor, first, element(row(tensor, data), first), count));
    }

    /** The tensor as rows of its innermost dimension. */
    private static Matrix row(TensorInfo tensor, MemorySegment data) {
        int cols = tensor.shape().isEmpty() ? 1 : Math.toIntExact(tensor.shape().getLast());
        int rows = cols == 0 ? 0 : Math.toIntExact(tensor.size() / cols);
        return Matrix.of(tensor.name(), tensor.dtype(), rows, cols, data, 1);
    }

    private static float element(Matrix rows, long index) {
        return rows.get((int) (index / rows.cols()), (int) (index % rows.cols()));
    }

    /** Where the first one is, such as {@code [17, 42]}. */
    public List<Long> position() {
        var position = new Long[tensor.shape().size()];
        long rest = first;
        for (int i = position.length - 1; i >= 0; i--) {
            position[i] = rest % tensor.shape().get(i);
            rest /= tensor.shape().get(i);
        }
        return List.of(position);
    }
}
