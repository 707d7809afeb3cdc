package io.mural.engine.device;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;

/**
 * What the process takes beside activations and pictures: Java's young objects, classes, compiled code, threads. Anonymous
 * memory, as the system counts it for a container. Measured with {@code bench/run memory}; docs/reliability.md has the table.
 */
public final class OwnMemory {
    /** Classes, code, threads, the allocator and the objects that stay, whatever the picture. */
    private static final long JVM = 94L << 20;
    /** Collectors that divide their heap into regions have tables and threads of their own. */
    private static final long OTHER_COLLECTORS = 50L << 20;
    /** Readers of pictures, and compiled code for the encoder. */
    private static final long ENCODING = 24L << 20;

    /** The serial collector's name for the space of young objects, which is always filled before it is cleared. */
    private static final String EDEN = "Eden Space";

    // The same each time: other collectors' heaps grow while pictures are made.
    private static final long BYTES = JVM + young();

    private OwnMemory() {}

    /** @param encodes whether pictures are read, too */
    public static long bytes(boolean encodes) {
        return BYTES + (encodes ? ENCODING : 0);
    }

    private static long young() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals(EDEN))
                .mapToLong(OwnMemory::committed)
                .findFirst()
                .orElseGet(() -> OTHER_COLLECTORS
                        + ManagementFactory.getMemoryMXBean()
                                .getHeapMemoryUsage()
                                .getCommitted());
    }

    private static long committed(MemoryPoolMXBean pool) {
        return pool.getUsage().getCommitted();
    }
}
