package io.mural.emulator;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.util.Arrays;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.common.TornadoFunctions;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** A kernel and its arguments; {@code name} is {@code graph.task}. */
record Task(String name, MethodHandle kernel, Object[] arguments) implements Step {
    private static final int NO_CONTEXT = -1;

    // TornadoVM sends a small frame with each kernel, and counts it.
    private static final int LAUNCH_BYTES = 24;

    Task(String name, Object code, Object[] arguments) {
        this(name, handle(code, arguments.length), arguments);
        for (int i = 0; i < arguments.length; i++) {
            if (!isAllowed(arguments[i])) {
                throw new TornadoRuntimeException(
                        "task %s: argument %d is %s; the emulator's kernels take a KernelContext, numbers and TornadoVM's native arrays"
                                .formatted(name, i + 1, describe(arguments[i])));
            }
        }
    }

    @Override
    public int launchBytes() {
        return LAUNCH_BYTES;
    }

    @Override
    public void run(Object[] arguments, WorkerGrid grid) {
        Launch.run(this, arguments, grid);
    }

    static String describe(Object argument) {
        return switch (argument) {
            case null -> "null";
            case TornadoNativeArray array ->
                "a %s of %d elements".formatted(array.getClass().getSimpleName(), array.getSize());
            default -> "a " + argument.getClass().getSimpleName();
        };
    }

    /** Where the KernelContext stands among the arguments; -1 if there is none: then the kernel is a loop of its own. */
    int contextIndex() {
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] instanceof KernelContext) {
                return i;
            }
        }
        return NO_CONTEXT;
    }

    boolean hasContext() {
        return contextIndex() != NO_CONTEXT;
    }

    private static boolean isAllowed(Object argument) {
        return argument instanceof KernelContext
                || argument instanceof TornadoNativeArray
                || argument instanceof Number
                || argument instanceof Boolean;
    }

    /** The kernel as a function of an array of its arguments. */
    private static MethodHandle handle(Object code, int arguments) {
        Method apply = Arrays.stream(TornadoFunctions.class.getClasses())
                .filter(type -> type.isInstance(code))
                .map(type -> type.getMethods()[0])
                .findAny()
                .orElseThrow();
        try {
            return MethodHandles.publicLookup().unreflect(apply).bindTo(code).asSpreader(Object[].class, arguments);
        } catch (IllegalAccessException e) {
            throw new AssertionError("the functions of the API are public", e);
        }
    }
}
