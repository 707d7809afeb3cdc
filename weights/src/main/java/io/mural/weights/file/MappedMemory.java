package io.mural.weights.file;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Advice to the operating system about mapped files: what will be read soon, and what will not for long. It changes no
 * contents and may be given from any thread. Where a system has no {@code madvise} it does nothing, and pages are read
 * when they are touched.
 */
public final class MappedMemory {
    private static final int WILL_NEED = 3;
    private static final int DONT_NEED = 4;
    /** Linux 5.4: gives clean pages back at once, where {@link #DONT_NEED} only forgets where they are mapped. */
    private static final int PAGE_OUT = 21;
    /** Linux 5.14: reads and maps all of a range, and returns when that is done. */
    private static final int POPULATE_READ = 22;

    /** Bytes asked for at a time: few, so that a reader that is no longer needed stops soon. */
    private static final long PIECE = 8 << 20;
    /** Linux reads no more for one {@link #WILL_NEED} than its read-ahead, by default this. */
    private static final long WILL_NEED_PIECE = 128 << 10;

    private static final Optional<MethodHandle> MADVISE = function(
            "madvise",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final long PAGE = page();

    private MappedMemory() {}

    // A wrong signature would be a fault here; those of these two functions have been the same for decades.
    @SuppressWarnings("restricted")
    private static Optional<MethodHandle> function(String name, FunctionDescriptor signature) {
        var linker = Linker.nativeLinker();
        return linker.defaultLookup().find(name).map(address -> linker.downcallHandle(address, signature));
    }

    private static long page() {
        var size = function("getpagesize", FunctionDescriptor.of(ValueLayout.JAVA_INT));
        if (size.isEmpty()) {
            return WILL_NEED_PIECE;
        }
        try {
            return (int) size.get().invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException("getpagesize", e);
        }
    }

    /** Bytes at an address, without rights to them. */
    public record Range(long address, long bytes) {
        public long end() {
            return address + bytes;
        }
    }

    /**
     * Reads a part of a mapped file, as long as it is {@code wanted}. It returns when that is done, or earlier on systems
     * that read in the background.
     */
    public static void load(Range part, BooleanSupplier wanted) {
        long begin = part.address() / PAGE * PAGE;
        long end = part.end();
        boolean populates = true;
        for (long at = begin; at < end && wanted.getAsBoolean(); at += PIECE) {
            long length = Math.min(PIECE, end - at);
            populates = populates && advise(at, length, POPULATE_READ);
            for (long piece = 0; !populates && piece < length; piece += WILL_NEED_PIECE) {
                advise(at + piece, Math.min(WILL_NEED_PIECE, length - piece), WILL_NEED);
            }
        }
    }

    /** Gives the memory of a part of a mapped file back, so far as no other part needs it; it can be read again. */
    public static void release(Range part) {
        long begin = Math.ceilDiv(part.address(), PAGE) * PAGE;
        long end = part.end() / PAGE * PAGE;
        if (begin < end && !advise(begin, end - begin, PAGE_OUT)) {
            advise(begin, end - begin, DONT_NEED);
        }
    }

    /** Whether the system took the advice. */
    private static boolean advise(long address, long length, int advice) {
        if (MADVISE.isEmpty()) {
            return false;
        }
        try {
            return (int) MADVISE.get().invokeExact(MemorySegment.ofAddress(address), length, advice) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("madvise", e);
        }
    }
}
