package io.mural.engine.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What this process takes of the machine, by the system's own account; empty where the system keeps none. */
public final class Footprint {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path IO = Path.of("/proc/self/io");

    private Footprint() {}

    /** Bytes of memory that stand for no file: the heap, activations, the JVM itself. */
    public static OptionalLong anonymous() {
        var kibibytes = field(STATUS, "RssAnon:");
        return kibibytes.isPresent() ? OptionalLong.of(kibibytes.getAsLong() << 10) : kibibytes;
    }

    /** Bytes read from disks so far, those of mapped files included. */
    public static OptionalLong diskRead() {
        return field(IO, "read_bytes:");
    }

    private static OptionalLong field(Path file, String key) {
        try {
            for (var line : Files.readAllLines(file)) {
                if (line.startsWith(key)) {
                    return OptionalLong.of(Long.parseLong(line.replaceAll("\\D", "")));
                }
            }
            return OptionalLong.empty();
        } catch (IOException e) {
            // The file is not there: another system, or an account that may not be read.
            return OptionalLong.empty();
        }
    }
}
