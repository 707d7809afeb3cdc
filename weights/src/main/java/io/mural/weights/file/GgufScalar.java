package io.mural.weights.file;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The types of single values in a GGUF header, by their number there; texts and lists are the other two. */
enum GgufScalar {
    U8(0, 1),
    I8(1, 1),
    U16(2, 2),
    I16(3, 2),
    U32(4, 4),
    I32(5, 4),
    F32(6, 4),
    BOOL(7, 1),
    U64(10, 8),
    I64(11, 8),
    F64(12, 8);

    static final int TEXT = 8;
    static final int LIST = 9;

    private final int number;
    private final int bytes;

    GgufScalar(int number, int bytes) {
        this.number = number;
        this.bytes = bytes;
    }

    static Optional<GgufScalar> of(long number) {
        for (GgufScalar scalar : values()) {
            if (scalar.number == number) {
                return Optional.of(scalar);
            }
        }
        return Optional.empty();
    }

    int number() {
        return number;
    }

    int bytes() {
        return bytes;
    }

    /** Takes a value of this type out of a little-endian buffer. */
    String text(ByteBuffer buffer) {
        return switch (this) {
            case U8 -> Integer.toString(Byte.toUnsignedInt(buffer.get()));
            case I8 -> Byte.toString(buffer.get());
            case U16 -> Integer.toString(Short.toUnsignedInt(buffer.getShort()));
            case I16 -> Short.toString(buffer.getShort());
            case U32 -> Integer.toUnsignedString(buffer.getInt());
            case I32 -> Integer.toString(buffer.getInt());
            case F32 -> Float.toString(buffer.getFloat());
            case BOOL -> Boolean.toString(buffer.get() != 0);
            case U64 -> Long.toUnsignedString(buffer.getLong());
            case I64 -> Long.toString(buffer.getLong());
            case F64 -> Double.toString(buffer.getDouble());
        };
    }
}
