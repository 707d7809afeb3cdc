package io.mural.emulator;

import java.util.concurrent.atomic.AtomicLong;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;

/** The emulated device's memory, in bytes of its arrays: what is taken, the most so far, and an end to it for tests. */
public final class Room {
    private static final AtomicLong TAKEN = new AtomicLong();
    private static final AtomicLong MOST = new AtomicLong();
    private static volatile long size = Long.MAX_VALUE;

    private Room() {}

    /** An end to what was set, for {@code try}. */
    public interface Set extends AutoCloseable {
        @Override
        void close();
    }

    /** Bytes that arrays take now. */
    public static long taken() {
        return TAKEN.get();
    }

    /** The most bytes that arrays took since {@link #forget}. */
    public static long most() {
        return MOST.get();
    }

    /** What arrays take now is the most so far. */
    public static void forget() {
        MOST.set(TAKEN.get());
    }

    /** The device has so many bytes beside those that are taken, until the result is closed. */
    public static Set beside(long bytes) {
        size = TAKEN.get() + bytes;
        return () -> size = Long.MAX_VALUE;
    }

    static void take(long bytes) {
        long now = TAKEN.addAndGet(bytes);
        if (now > size) {
            TAKEN.addAndGet(-bytes);
            throw new TornadoOutOfMemoryException("Unable to allocate " + bytes + " bytes of memory.");
        }
        MOST.accumulateAndGet(now, Math::max);
    }

    static void giveBack(long bytes) {
        TAKEN.addAndGet(-bytes);
    }
}
