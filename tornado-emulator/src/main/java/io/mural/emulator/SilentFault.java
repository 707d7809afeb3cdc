package io.mural.emulator;

import java.util.function.Consumer;

/**
 * A device that fails as TornadoVM's CUDA backend lets it fail: the launch, or the copy to the host, does nothing, a line is
 * printed, and the execution goes on. For tests of those who must notice.
 */
public final class SilentFault implements AutoCloseable {
    private static final String COPY = "cuMemcpyDtoHAsync";

    private static volatile SilentFault current;

    private final String what;
    private final Consumer<String> printed;

    private SilentFault(String what, Consumer<String> printed) {
        this.what = what;
        this.printed = printed;
        current = this;
    }

    /**
     * Launches of a kernel fail until the result is closed.
     *
     * @param kernel its method
     * @param printed takes what native code would print
     */
    public static SilentFault ofLaunches(String kernel, Consumer<String> printed) {
        return new SilentFault(kernel, printed);
    }

    /** Copies to the host fail until the result is closed. */
    public static SilentFault ofCopies(Consumer<String> printed) {
        return new SilentFault(COPY, printed);
    }

    static boolean ofLaunch(String task) {
        var fault = current;
        return fault != null && task.endsWith("_" + fault.what) && fault.say("cuLaunchKernel -> Returned: 701");
    }

    static boolean ofCopy() {
        var fault = current;
        return fault != null && fault.what.equals(COPY) && fault.say(COPY + " -> Returned: 700");
    }

    private boolean say(String call) {
        printed.accept("[TornadoVM-CUDA-JNI] ERROR : " + call + " (CUDA_ERROR)");
        return true;
    }

    @Override
    public void close() {
        current = null;
    }
}
