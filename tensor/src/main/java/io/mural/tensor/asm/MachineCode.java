package io.mural.tensor.asm;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes machine code callable. Its memory is mapped writable, filled, and then made executable instead: it is never
 * both. It is kept as long as the process runs, so no call can meet memory that is gone.
 *
 * <p>Linux on x86-64 so far. Other systems come in here: Windows has {@code VirtualAlloc} and another calling
 * convention, macOS on Arm wants {@code MAP_JIT}, and processors of Arm an assembler of their own.
 */
public final class MachineCode {
    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int EXECUTE = 4;
    private static final int PRIVATE = 2;
    private static final int ANONYMOUS = 32;
    private static final long PAGE = 4096;

    private MachineCode() {}

    /** Why machine code of x86-64 cannot be called here. */
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;

        /** @param reason the end of a sentence, without a full stop */
        public RefusedException(String reason) {
            super(reason);
        }
    }

    /**
     * A function of C's calling convention.
     *
     * @throws RefusedException if this is another kind of system, or one that lets no program make code
     */
    // The descriptor is what the caller wrote the code for.
    @SuppressWarnings("restricted")
    public static MethodHandle function(byte[] code, FunctionDescriptor signature, Linker.Option... options)
            throws RefusedException {
        requireLinuxOnX86();
        return Linker.nativeLinker().downcallHandle(executable(code), signature, options);
    }

    private static void requireLinuxOnX86() throws RefusedException {
        // the header of the program that runs says which processors it is for; only Linux shows it there
        byte[] header;
        try (var program = Files.newInputStream(Path.of("/proc/self/exe"))) {
            header = program.readNBytes(20);
        } catch (IOException e) {
            throw new RefusedException("this system is not Linux");
        }
        boolean elf = header.length == 20 && header[0] == 0x7f && header[1] == 'E' && header[4] == 2;
        if (!elf || header[18] != 62 || header[19] != 0) {
            throw new RefusedException("this processor is not of the kind x86-64");
        }
    }

    private static MemorySegment executable(byte[] code) throws RefusedException {
        long size = (code.length + PAGE - 1) / PAGE * PAGE;
        var memory = map(size);
        MemorySegment.copy(code, 0, memory, ValueLayout.JAVA_BYTE, 0, code.length);
        int result = call(
                "mprotect",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT),
                handle -> (int) handle.invokeExact(memory, size, READ | EXECUTE));
        if (result != 0) {
            throw new RefusedException("the system lets no program make code that can be executed");
        }
        return memory;
    }

    @SuppressWarnings("restricted")
    private static MemorySegment map(long size) throws RefusedException {
        var memory = call(
                "mmap",
                FunctionDescriptor.of(
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG),
                handle -> (MemorySegment)
                        handle.invokeExact(MemorySegment.NULL, size, READ | WRITE, PRIVATE | ANONYMOUS, -1, 0L));
        if (memory.address() == -1) {
            throw new RefusedException("the system gives no memory for code");
        }
        return memory.reinterpret(size);
    }

    /** A call of the C library. */
    @FunctionalInterface
    private interface Call<T> {
        T to(MethodHandle handle) throws Throwable;
    }

    @SuppressWarnings("restricted")
    private static <T> T call(String name, FunctionDescriptor signature, Call<T> call) throws RefusedException {
        var linker = Linker.nativeLinker();
        var address = linker.defaultLookup()
                .find(name)
                .orElseThrow(() -> new RefusedException("the C library has no " + name));
        try {
            return call.to(linker.downcallHandle(address, signature));
        } catch (Throwable e) {
            throw new IllegalStateException(name, e);
        }
    }
}
