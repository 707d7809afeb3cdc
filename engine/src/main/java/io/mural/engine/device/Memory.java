package io.mural.engine.device;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How much memory this process may still take. */
public final class Memory {
    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final Path CGROUP = Path.of("/sys/fs/cgroup");
    /** For the heap, kernels' scratch memory and the JVM itself. */
    private static final long RESERVE = 256L << 20;

    private static final long HEAP_RESERVE = 64L << 20;

    private Memory() {}

    /** Bytes that activations may take: what is available to this process, less a reserve for the JVM. */
    public static long budget() {
        return Math.max(0, available() - RESERVE);
    }

    /** Bytes of Java's heap that pictures may take; what mural itself needs is left out. */
    public static long heap() {
        return Math.max(0, Runtime.getRuntime().maxMemory() - HEAP_RESERVE);
    }

    /** Bytes available without swapping: the machine's, or less where a container sets a limit. */
    public static long available() {
        var machine = field(MEMINFO, "MemAvailable:");
        return machine.isPresent() ? Math.min(machine.getAsLong() << 10, containers()) : elsewhere();
    }

    /** What the control group (version 2) of a container leaves; its file cache counts as free. */
    private static long containers() {
        var most = number(CGROUP.resolve("memory.max"));
        var used = number(CGROUP.resolve("memory.current"));
        if (most.isEmpty() || used.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long cache = field(CGROUP.resolve("memory.stat"), "inactive_file").orElse(0);
        return Math.max(0, most.getAsLong() - used.getAsLong() + cache);
    }

    /** Systems other than Linux. macOS counts its file cache as used, so at least half of the machine is assumed. */
    private static long elsewhere() {
        var system = ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        return Math.max(system.getFreeMemorySize(), system.getTotalMemorySize() / 2);
    }

    /** A file of one number; empty without one (as {@code max}, for no limit). */
    private static OptionalLong number(Path file) {
        return field(file, "");
    }

    private static OptionalLong field(Path file, String key) {
        try {
            for (var line : Files.readAllLines(file)) {
                var words = line.strip().split("\\s+");
                int value = key.isEmpty() ? 0 : 1;
                if (words.length > value
                        && (key.isEmpty() || words[0].equals(key))
                        && words[value].matches("\\d{1,18}")) {
                    return OptionalLong.of(Long.parseLong(words[value]));
                }
            }
            return OptionalLong.empty();
        } catch (IOException e) {
            // The file is not there: another system, or no control groups.
            return OptionalLong.empty();
        }
    }
}
