package io.mural.tensor;

/**
 * Element types of tensors in files. Arithmetic is float32 whatever the storage. Types whose elements share scales come in
 * blocks, under the names and in the layouts of GGUF files ({@link BlockFormats}); of the others a block is one element.
 */
public enum DType {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    F8_E4M3(1),
    F8_E5M2(1),
    Q8_0(32, 34),
    Q5_1(32, 24),
    Q5_0(32, 22),
    Q4_1(32, 20),
    Q4_0(32, 18),
    Q6_K(256, 210),
    Q5_K(256, 176),
    Q4_K(256, 144),
    Q3_K(256, 110),
    Q2_K(256, 84),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U8(1),
    BOOL(1);

    /** What the elements are, for all that treats formats alike. */
    public enum Kind {
        /** Floating-point numbers, each by itself. */
        FLOAT,
        /** Small whole codes that share scales, in blocks. */
        BLOCKS,
        /** Whole numbers, which are no weights. */
        INTEGER
    }

    private final int blockSize;
    private final int blockBytes;

    DType(int bytes) {
        this(1, bytes);
    }

    DType(int blockSize, int blockBytes) {
        this.blockSize = blockSize;
        this.blockBytes = blockBytes;
    }

    /** Bytes an element takes in a file; only for types whose elements stand alone. */
    public int bytes() {
        if (isBlocked()) {
            throw new IllegalStateException("elements of " + this + " have no bytes of their own");
        }
        return blockBytes;
    }

    /** Bytes that so many elements, whole blocks of them, take in a file. */
    public long bytes(long elements) {
        if (elements % blockSize != 0) {
            throw new IllegalArgumentException(elements + " elements are no whole blocks of " + this);
        }
        return Math.multiplyExact(elements / blockSize, blockBytes);
    }

    /** Elements in so many bytes of a file. */
    public long elements(long bytes) {
        return bytes / blockBytes * blockSize;
    }

    /** Elements of a block. */
    public int blockSize() {
        return blockSize;
    }

    /** Bytes of a block. */
    public int blockBytes() {
        return blockBytes;
    }

    public Kind kind() {
        return switch (this) {
            case F64, F32, F16, BF16, F8_E4M3, F8_E5M2 -> Kind.FLOAT;
            case Q8_0, Q5_1, Q5_0, Q4_1, Q4_0, Q6_K, Q5_K, Q4_K, Q3_K, Q2_K -> Kind.BLOCKS;
            case I64, I32, I16, I8, U8, BOOL -> Kind.INTEGER;
        };
    }

    /** Whether elements share scales and so come in blocks. */
    public boolean isBlocked() {
        return kind() == Kind.BLOCKS;
    }

    /** Whether {@code Matrix} can hold it: the floating-point types and those that come in blocks. */
    public boolean isFloat() {
        return kind() != Kind.INTEGER;
    }
}
