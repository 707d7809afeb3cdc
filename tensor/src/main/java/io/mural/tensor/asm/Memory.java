package io.mural.tensor.asm;

import java.util.Optional;

/**
 * The memory at {@code base + index * scale + displacement}.
 *
 * @param scale 1, 2, 4 or 8
 * @param broadcast whether a single int or float is read there for all lanes of a vector
 */
public record Memory(Gpr base, Optional<Gpr> index, int scale, int displacement, boolean broadcast) implements Operand {
    public Memory {
        if (index.isPresent() && index.get() == Gpr.RSP) {
            throw new IllegalArgumentException("rsp cannot be an index");
        }
        if (Integer.bitCount(scale) != 1 || scale > 8) {
            throw new IllegalArgumentException("an index is taken 1, 2, 4 or 8 times, not " + scale + " times");
        }
    }

    public static Memory at(Gpr base, int displacement) {
        return new Memory(base, Optional.empty(), 1, displacement, false);
    }

    public static Memory at(Gpr base, Gpr index, int scale, int displacement) {
        return new Memory(base, Optional.of(index), scale, displacement, false);
    }

    /** The one number there, for all lanes. */
    public Memory toAllLanes() {
        return new Memory(base, index, scale, displacement, true);
    }
}
