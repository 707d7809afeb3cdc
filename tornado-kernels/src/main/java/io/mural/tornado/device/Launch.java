package io.mural.tornado.device;

import io.mural.tornado.kernels.Kernel;
import java.util.Arrays;
import java.util.List;

/**
 * One kernel over one grid.
 *
 * @param operands the last is written
 * @param ints the kernel's parameters; of a library's kernel, constants of its task
 * @param floats further parameters
 * @param groups work-groups
 * @param threads work-items of a group
 */
record Launch(Kernel kernel, List<Operand> operands, int[] ints, float[] floats, int groups, int threads) {
    Launch {
        operands = List.copyOf(operands);
        if (groups < 1) {
            throw new IllegalArgumentException(kernel.method() + " over " + groups + " groups");
        }
    }

    /**
     * Launches of one identity can share a task; all else are parameters.
     *
     * @param captured whether the grid is fixed, too
     */
    String identity(boolean captured) {
        var text = new StringBuilder(kernel.method());
        for (var operand : operands) {
            text.append(',').append(operand.identity());
        }
        if (kernel.ofLibrary()) {
            text.append(Arrays.toString(ints));
        }
        return text.append('/')
                .append(floats.length)
                .append('/')
                .append(threads)
                .append(captured ? "x" + groups : "")
                .toString();
    }
}
