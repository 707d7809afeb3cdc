package io.mural.cli.console;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** An open file of the process by its number, as the C library writes to it: Java opens files by name only. */
final class Descriptor extends OutputStream {
    private static final int WRITE_ONLY = 1;
    private static final int MOST_BYTES = 1 << 16;
    private static final int EINTR = 4;
    private static final int EPIPE = 32;

    private final int number;
    private final Linker linker = Linker.nativeLinker();
    private final MethodHandle write;
    private final MemoryLayout state = Linker.Option.captureStateLayout();

    @SuppressWarnings("restricted") // the manifest enables native access; write is called with what it declares
    private Descriptor(int number) {
        this.number = number;
        write = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("write"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG),
                Linker.Option.captureCallState("errno"));
    }

    /** Another descriptor of what {@code number} is open for. */
    static Descriptor copyOf(int number) {
        return new Descriptor(call("dup", number));
    }

    /** Makes {@code number} write to the file at {@code path}, which exists. */
    static void divert(int number, String path) {
        int file = open(path);
        if (call("dup2", file, number) != number) {
            throw new IllegalStateException("descriptor " + number + " cannot be diverted to " + path);
        }
        call("close", file);
    }

    @SuppressWarnings("restricted") // open is called with what it declares
    private static int open(String path) {
        var linker = Linker.nativeLinker();
        var open = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("open"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                Linker.Option.firstVariadicArg(2));
        try (var arena = Arena.ofConfined()) {
            int file = (int) open.invokeExact(arena.allocateFrom(path), WRITE_ONLY);
            if (file < 0) {
                throw new IllegalStateException(path + " cannot be opened");
            }
            return file;
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /** A function of the C library from ints to an int. */
    @SuppressWarnings("restricted") // dup, dup2 and close are called with what they declare
    private static int call(String function, int... arguments) {
        var linker = Linker.nativeLinker();
        var types = new MemoryLayout[arguments.length];
        var values = new Object[arguments.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = ValueLayout.JAVA_INT;
            values[i] = arguments[i];
        }
        var handle = linker.downcallHandle(
                linker.defaultLookup().findOrThrow(function), FunctionDescriptor.of(ValueLayout.JAVA_INT, types));
        try {
            int result = (int) handle.invokeWithArguments(values);
            if (result < 0) {
                throw new IllegalStateException(function + " failed");
            }
            return result;
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var errno = arena.allocate(state);
            var piece = arena.allocate(Math.max(1, Math.min(count, MOST_BYTES)));
            for (int done = 0; done < count; ) {
                int length = Math.min(count - done, MOST_BYTES);
                MemorySegment.copy(bytes, from + done, piece, ValueLayout.JAVA_BYTE, 0, length);
                done += write(errno, piece, length);
            }
        }
    }

    /** Bytes that were taken. */
    private int write(MemorySegment errno, MemorySegment piece, int length) throws IOException {
        long taken;
        try {
            taken = (long) write.invokeExact(errno, number, piece, (long) length);
        } catch (Throwable e) {
            throw unchecked(e);
        }
        if (taken >= 0) {
            return (int) taken;
        }
        int error = (int)
                state.varHandle(MemoryLayout.PathElement.groupElement("errno")).get(errno, 0L);
        if (error == EINTR) {
            return 0;
        }
        throw new IOException(error == EPIPE ? "Broken pipe" : "error " + error + " of the system");
    }

    private static RuntimeException unchecked(Throwable e) {
        return switch (e) {
            case RuntimeException fault -> fault;
            case Error fault -> throw fault;
            default -> new IllegalStateException("the C library's functions declare no exception", e);
        };
    }
}
