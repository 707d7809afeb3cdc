package io.mural.tensor.cpu.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Memory between two pages that no access is allowed to: touching those ends the process. It is never given back. */
final class Guarded {
    private static final long PAGE = 4096;

    private Guarded() {}

    /**
     * A copy of the bytes.
     *
     * @param atEnd whether they end at the guard behind them, rather than begin at the one before
     */
    static MemorySegment of(byte[] bytes, boolean atEnd) throws Throwable {
        long size = (bytes.length + PAGE - 1) / PAGE * PAGE;
        var all = Arena.global().allocate(size + 3 * PAGE, 1);
        long first = (all.address() + PAGE - 1) / PAGE * PAGE;
        protect(first, 0);
        protect(first + PAGE + size, 0);
        long offset = first - all.address() + PAGE + (atEnd ? size - bytes.length : 0);
        var memory = all.asSlice(offset, bytes.length);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return memory;
    }

    @SuppressWarnings("restricted")
    private static void protect(long page, int rights) throws Throwable {
        var linker = Linker.nativeLinker();
        var mprotect = linker.downcallHandle(
                linker.defaultLookup().find("mprotect").orElseThrow(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
        int result = (int) mprotect.invokeExact(page, PAGE, rights);
        if (result != 0) {
            throw new AssertionError("mprotect");
        }
    }
}
