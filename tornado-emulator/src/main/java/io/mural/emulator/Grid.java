package io.mural.emulator;

import java.util.Arrays;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * The work-items of a launch; every array is x, y, z.
 *
 * @param isGrouped whether the program chose the groups: otherwise a group is one work-item, and has nothing to share
 */
record Grid(int[] global, int[] local, boolean isGrouped) {
    // What GPUs in use allow; a CPU device allows more.
    static final int LARGEST_GROUP = 1024;

    static Grid of(Task task, WorkerGrid grid) {
        int[] global = ints(grid.getGlobalWork());
        int[] local = grid.getLocalWork() == null ? new int[] {1, 1, 1} : ints(grid.getLocalWork());
        for (int axis = 0; axis < global.length; axis++) {
            if (local[axis] < 1 || global[axis] < 1 || global[axis] % local[axis] != 0) {
                throw failure(
                        task,
                        "%s work-items cannot be grouped by %s: each size must be a multiple"
                                .formatted(Arrays.toString(global), Arrays.toString(local)));
            }
        }
        Grid result = new Grid(global, local, grid.getLocalWork() != null);
        if (result.groupSize() > LARGEST_GROUP) {
            throw failure(
                    task, "a group of %s has more than %d work-items".formatted(Arrays.toString(local), LARGEST_GROUP));
        }
        if (Arrays.stream(grid.getGlobalOffset()).anyMatch(offset -> offset != 0)) {
            throw failure(task, "the emulator runs grids without an offset only");
        }
        return result;
    }

    int groupSize() {
        return local[0] * local[1] * local[2];
    }

    int groupCount() {
        return Math.toIntExact((long) global[0] * global[1] * global[2] / groupSize());
    }

    int[] group(int index) {
        int across = global[0] / local[0];
        int down = global[1] / local[1];
        return new int[] {index % across, index / across % down, index / across / down};
    }

    /** A work-item's place in its group. */
    int[] local(int index) {
        return new int[] {index % local[0], index / local[0] % local[1], index / local[0] / local[1]};
    }

    private static int[] ints(long[] sizes) {
        return Arrays.stream(sizes).mapToInt(Math::toIntExact).toArray();
    }

    private static TornadoRuntimeException failure(Task task, String what) {
        return new TornadoRuntimeException("task " + task.name() + ": " + what);
    }
}
