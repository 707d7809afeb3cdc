package io.mural.emulator;

import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/** One kernel over one grid: groups run side by side, and share nothing but the device's memory. */
final class Launch {
    private Launch() {}

    /** Runs a task on arguments that are on the device. */
    static void run(Task task, Object[] arguments, WorkerGrid grid) {
        if (!task.hasContext()) {
            runLoops(task, arguments);
        } else if (grid == null) {
            throw new TornadoRuntimeException(
                    "task %s takes a KernelContext, but the grid scheduler has no grid for it".formatted(task.name()));
        } else {
            Grid sizes = Grid.of(task, grid);
            IntStream.range(0, sizes.groupCount())
                    .parallel()
                    .forEach(index -> new Group(task, arguments, sizes, index).run());
        }
    }

    // A kernel of @Parallel loops is a whole program over its arrays.
    private static void runLoops(Task task, Object[] arguments) {
        try {
            task.kernel().invoke(arguments);
        } catch (Throwable thrown) {
            throw Failure.of(task, "", thrown);
        }
    }
}
