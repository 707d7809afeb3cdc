package io.mural.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.WorkerGrid2D;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task2;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Kernels over grids: what they compute, and which mistakes in them are errors. */
class EmulatorTest {
    private final KernelContext context = new KernelContext();

    @Test
    void runsAWorkItemForEachElement() throws Exception {
        FloatArray x = FloatArray.fromElements(1, 2, 3);
        FloatArray y = FloatArray.fromElements(10, 20, 30);
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, x, y)
                .task("saxpy", Kernels::saxpy, context, 2f, x, y)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, y);

        run(graph, "g.saxpy", new WorkerGrid1D(3));

        assertThat(y.toHeapArray()).containsExactly(12, 24, 36);
    }

    @Test
    void runsLoopsWithoutAGrid() throws Exception {
        FloatArray x = FloatArray.fromElements(1, 2, 3);
        FloatArray y = new FloatArray(3);
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, x)
                .task("scale", Kernels::scale, 3f, x, y)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, y);

        try (var plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.execute();
        }

        assertThat(y.toHeapArray()).containsExactly(3, 6, 9);
    }

    @Test
    void multipliesMatricesByTiles() throws Exception {
        int n = 64;
        FloatArray a = new FloatArray(n * n);
        FloatArray b = new FloatArray(n * n);
        FloatArray c = new FloatArray(n * n);
        for (int i = 0; i < n * n; i++) {
            a.set(i, i % 7 - 3);
            b.set(i, i % 5 - 2);
        }
        WorkerGrid grid = new WorkerGrid2D(n, n);
        grid.setLocalWork(Kernels.TILE, Kernels.TILE, 1);
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, a, b)
                .task("matmul", Kernels::matmulTiled, context, a, b, c, n)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, c);

        run(graph, "g.matmul", grid);

        for (int row = 0; row < n; row++) {
            for (int column = 0; column < n; column++) {
                float expected = 0;
                for (int k = 0; k < n; k++) {
                    expected += a.get(row * n + k) * b.get(k * n + column);
                }
                assertThat(c.get(row * n + column)).as("[%d, %d]", row, column).isEqualTo(expected);
            }
        }
    }

    @Test
    void sumsGroupsByHalves() throws Exception {
        FloatArray x = new FloatArray(1024);
        x.init(0.5f);
        FloatArray sums = new FloatArray(4);
        WorkerGrid grid = new WorkerGrid1D(1024);
        grid.setLocalWork(256, 1, 1);
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, x)
                .task("sums", Kernels::groupSums, context, x, sums)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, sums);

        run(graph, "g.sums", grid);

        assertThat(sums.toHeapArray()).containsExactly(128, 128, 128, 128);
    }

    @Test
    void tellsEachWorkItemItsPlace() throws Exception {
        IntArray places = new IntArray(9 * 4 * 6 * 2);
        WorkerGrid grid = new WorkerGrid3D(4, 6, 2);
        grid.setLocalWork(2, 3, 1);
        TaskGraph graph = new TaskGraph("g")
                .task("places", Kernels::places, context, places)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, places);

        run(graph, "g.places", grid);

        int item = (1 * 6 + 4) * 4 + 3; // x 3, y 4, z 1
        assertThat(Arrays.copyOfRange(places.toHeapArray(), 9 * item, 9 * item + 9))
                .containsExactly(3, 4, 1, 1, 1, 1, 1, 1, 0);
    }

    @Test
    void namesTheKernelThatLeavesAnArray() {
        assertFailure(
                Kernels::pastTheEnd,
                "kernel Kernels.pastTheEnd (task g.t) at work-item [7, 0, 0]: index 8 is outside a FloatArray of 8 elements");
    }

    @Test
    void namesTheKernelThatLeavesALocalArray() {
        assertFailure(
                Kernels::pastTheLocalEnd,
                "kernel Kernels.pastTheLocalEnd (task g.t) at work-item [%d, 0, 0]: Index 4 out of bounds for length 4");
    }

    @Test
    void namesTheKernelWhoseBarrierIsMissed() {
        String missed = " at work-item [%d, 0, 0]: a barrier was not reached by all 4 work-items of its group";
        assertFailure(Kernels::skippedBarrier, "kernel Kernels.skippedBarrier (task g.t)" + missed);
        assertFailure(Kernels::skippedByTheFirst, "kernel Kernels.skippedByTheFirst (task g.t)" + missed);
    }

    @Test
    void namesTheKernelOfUnequalLocalArrays() {
        assertFailure(
                Kernels::unequalLocalArrays,
                "kernel Kernels.unequalLocalArrays (task g.t) at work-item [%d, 0, 0]: "
                        + "local array 1 is a float[4] in one work-item and a float[5] in another");
        assertFailure(
                Kernels::localArraysOfTwoTypes,
                "kernel Kernels.localArraysOfTwoTypes (task g.t) at work-item [%d, 0, 0]: "
                        + "local array 1 is a float[4] in one work-item and a int[4] in another");
    }

    @Test
    void namesTheKernelOfTooMuchLocalMemory() {
        assertFailure(
                Kernels::hugeLocalArray,
                "kernel Kernels.hugeLocalArray (task g.t) at work-item [%d, 0, 0]: "
                        + "its local arrays take 196608 bytes, but a group has 49152");
    }

    @Test
    void namesTheKernelThatThrows() {
        assertFailure(
                Kernels::failsAfterABarrier,
                "kernel Kernels.failsAfterABarrier (task g.t) at work-item [%d, 0, 0]: nothing to divide");
    }

    @Test
    void refusesGridsNoDeviceRuns() {
        FloatArray x = new FloatArray(2048);
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, x)
                .task("t", Kernels::readsItsOutput, context, x);

        WorkerGrid uneven = new WorkerGrid1D(2048);
        uneven.setLocalWork(3, 1, 1);
        assertThatThrownBy(() -> run(graph, "g.t", uneven))
                .isInstanceOf(TornadoRuntimeException.class)
                .hasMessage(
                        "task g.t: [2048, 1, 1] work-items cannot be grouped by [3, 1, 1]: each size must be a multiple");
        WorkerGrid crowded = new WorkerGrid1D(2048);
        crowded.setLocalWork(2048, 1, 1);
        assertThatThrownBy(() -> run(graph, "g.t", crowded))
                .hasMessage("task g.t: a group of [2048, 1, 1] has more than 1024 work-items");
        assertThatThrownBy(() -> run(graph, "g.other", new WorkerGrid1D(1)))
                .hasMessage(
                        "the grid scheduler names task g.other, which no graph of the plan has; names are graph.task");
        try (var plan = new TornadoExecutionPlan(graph.snapshot())) {
            assertThatThrownBy(plan::execute)
                    .hasMessage("task g.t takes a KernelContext, but the grid scheduler has no grid for it");
        } catch (uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs a kernel in two groups of four over eight elements; %d in the message stands for a number. */
    private void assertFailure(Task2<KernelContext, FloatArray> kernel, String message) {
        FloatArray x = new FloatArray(8);
        WorkerGrid grid = new WorkerGrid1D(8);
        grid.setLocalWork(4, 1, 1);
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, x)
                .task("t", kernel, context, x);
        assertThatThrownBy(() -> run(graph, "g.t", grid))
                .isInstanceOf(TornadoRuntimeException.class)
                .message()
                .matches(
                        actual ->
                                actual.replaceAll("item \\[\\d+", "item [%d").equals(message) || actual.equals(message),
                        message);
    }

    private static void run(TaskGraph graph, String task, WorkerGrid grid) throws Exception {
        try (var plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withGridScheduler(new GridScheduler(task, grid)).execute();
        }
    }
}
