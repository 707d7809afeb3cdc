package io.mural.emulator;

import java.util.Set;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/** Says which kernel failed and where. */
final class Failure {
    private static final Set<String> CALLERS = Set.of(Group.class.getName(), Launch.class.getName());

    private Failure() {}

    /**
     * What a kernel threw, as an error that names the kernel, the task and the work-item.
     *
     * @param where the work-item, such as {@code " at work-item [3, 0, 0]"}, or nothing
     */
    static TornadoRuntimeException of(Task task, String where, Throwable cause) {
        if (cause instanceof VirtualMachineError error) {
            throw error;
        }
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        var failure = new TornadoRuntimeException(
                "kernel %s (task %s)%s: %s".formatted(kernel(cause), task.name(), where, message));
        failure.initCause(cause);
        return failure;
    }

    /** The kernel's name from the stack: the frame that the emulator called. */
    private static String kernel(Throwable cause) {
        StackTraceElement[] stack = cause.getStackTrace();
        int caller = stack.length - 1;
        while (caller >= 0 && !CALLERS.contains(stack[caller].getClassName())) {
            caller--;
        }
        while (caller >= 0 && (CALLERS.contains(stack[caller].getClassName()) || isOfJdk(stack[caller]))) {
            caller--;
        }
        return caller < 0 ? "of unknown name" : simpleName(stack[caller]) + "." + stack[caller].getMethodName();
    }

    private static boolean isOfJdk(StackTraceElement frame) {
        return frame.getClassName().startsWith("java.") || frame.getClassName().startsWith("jdk.");
    }

    private static String simpleName(StackTraceElement frame) {
        String name = frame.getClassName();
        return name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1);
    }
}
