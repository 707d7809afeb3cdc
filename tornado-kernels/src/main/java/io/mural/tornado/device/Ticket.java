package io.mural.tornado.device;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A number that the device has to bring along with results, another one each time. TornadoVM goes on when a driver refuses a
 * launch or a copy; then the number, or what stands before it, is not what it should be.
 */
record Ticket(float number) {
    /** No result has such a size: 2^127 and above. */
    private static final int FIRST = Float.floatToRawIntBits(0x1p127f);

    private static final int COUNT = 1 << 23;

    static Ticket of(long execution) {
        return new Ticket(Float.intBitsToFloat(FIRST + (int) (execution % COUNT)));
    }

    /** Whether {@code memory} ends with it, and begins with something else. */
    boolean isBehind(MemorySegment memory, int values) {
        return memory.getAtIndex(ValueLayout.JAVA_FLOAT, values) == number
                && (values == 0 || memory.getAtIndex(ValueLayout.JAVA_FLOAT, 0) != number);
    }
}
