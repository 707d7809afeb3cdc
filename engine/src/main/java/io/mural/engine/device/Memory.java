package io.mural.engine.device;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** How much memory this process may still take. */
public final class Memory {
    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final Path CGROUP = Path.of("/sys/fs/cgroup");
    private static final Path OWN_GROUPS = Path.of("/proc/self/cgroup");
    /** For the heap, kernels' scratch memory and the JVM itself. */
    private static final long RESERVE = 256L << 20;

    /** Bytes of Java's heap that mural itself needs. */
    public static final long HEAP_RESERVE = 64L << 20;

    private Memory() {}

    /** Bytes that activations may take: what is available to this process, less a reserve for the JVM. */
    public static long budget() {
        return Math.max(0, available() - Math.max(RESERVE, OwnMemory.bytes(true)));
    }

    /** Bytes of Java's heap that pictures may take; what mural itself needs is left out. */
    public static long heap() {
        return Math.max(0, Runtime.getRuntime().maxMemory() - HEAP_RESERVE);
    }

    /** Bytes available without swapping: the machine's, or less where a container sets a limit. */
    public static long available() {
        var machine = field(MEMINFO, "MemAvailable:");
        return machine.isPresent() ? Math.min(machine.getAsLong() << 10, groups(OWN_GROUPS, CGROUP)) : elsewhere();
    }

    /**
     * What the control groups of this process leave, of version 1 or 2: its own and all above it; their file caches count
     * as free.
     *
     * @param own the list of this process's groups, such as {@code /proc/self/cgroup}
     * @param mount where groups are mounted
     */
    static long groups(Path own, Path mount) {
        // A container may see its own group as the root of the mount.
        long least = Math.min(second(mount), first(mount.resolve("memory")));
        for (var line : lines(own)) {
            var fields = line.split(":", 3);
            if (fields.length < 3) {
                continue;
            }
            boolean unified = fields[1].isEmpty();
            if (unified || List.of(fields[1].split(",")).contains("memory")) {
                var root = unified ? mount : mount.resolve("memory");
                var path = fields[2].startsWith("/") ? fields[2].substring(1) : fields[2];
                for (var group = root.resolve(path).normalize(); group.startsWith(root); group = group.getParent()) {
                    least = Math.min(least, unified ? second(group) : first(group));
                }
            }
        }
        return least;
    }

    private static long second(Path group) {
        return left(group, "memory.max", "memory.current", "inactive_file");
    }

    private static long first(Path group) {
        return left(group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
    }

    private static long left(Path group, String limit, String usage, String cache) {
        var most = number(group.resolve(limit));
        var used = number(group.resolve(usage));
        if (most.isEmpty() || used.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long free = field(group.resolve("memory.stat"), cache).orElse(0);
        return Math.max(0, most.getAsLong() - used.getAsLong() + free);
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
        for (var line : lines(file)) {
            var words = line.strip().split("\\s+");
            int value = key.isEmpty() ? 0 : 1;
            if (words.length > value && (key.isEmpty() || words[0].equals(key)) && words[value].matches("\\d{1,18}")) {
                return OptionalLong.of(Long.parseLong(words[value]));
            }
        }
        return OptionalLong.empty();
    }

    /** None where the file is not there: on another system, or without control groups. */
    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }
}
