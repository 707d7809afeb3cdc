package io.mural.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The most memory that this process had at one time as the system sees it: mapped weights and the heap included. */
final class ResidentMemory {
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final Path STATUS = Path.of("/proc/self/status");
    /** What {@code clear_refs} takes to begin the peak anew. */
    private static final String PEAK = "5";

    private ResidentMemory() {}

    /** Begins anew, where the system can. */
    static void reset() {
        if (Files.isWritable(CLEAR)) {
            try {
                Files.writeString(CLEAR, PEAK);
            } catch (IOException e) {
                throw new UncheckedIOException(CLEAR + " cannot be written", e);
            }
        }
    }

    /** Bytes since the last reset; empty on systems that do not say. */
    static OptionalLong peak() {
        if (!Files.isReadable(STATUS)) {
            return OptionalLong.empty();
        }
        try (var lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(STATUS + " cannot be read", e);
        }
    }
}
