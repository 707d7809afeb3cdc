package io.mural.cli.console;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/**
 * The process's stderr. The JVM warns there, before any code of ours runs, that the Vector API is an incubator module;
 * no option silences it. So the launcher starts the JVM with stderr going through a filter for that one line, keeps
 * the real stderr open as another descriptor, and names it in the property {@code mural.stderr}.
 */
public final class Stderr {
    private static final int STDERR = 2;

    private Stderr() {}

    /** Puts the real stderr back in place of the launcher's filter, for this code and for the JVM itself. */
    @SuppressWarnings("restricted") // the manifest enables native access; dup2 is called with what it declares
    public static void restore() {
        var kept = Integer.getInteger("mural.stderr");
        if (kept == null) {
            return;
        }
        var linker = Linker.nativeLinker();
        var dup2 = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("dup2"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try {
            int result = (int) dup2.invokeExact((int) kept, STDERR);
            if (result != STDERR) {
                throw new IllegalStateException("stderr could not be restored from descriptor " + kept);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("dup2 declares no exception", e);
        }
    }
}
