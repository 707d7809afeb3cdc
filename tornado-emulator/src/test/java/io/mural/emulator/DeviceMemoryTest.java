package io.mural.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** The device's memory is its own: what is not transferred is stale, or not there. */
class DeviceMemoryTest {
    private static final int HEADER = 16;
    private static final int LAUNCH = 24;

    private final KernelContext context = new KernelContext();
    private final FloatArray x = FloatArray.fromElements(1, 2, 3, 4);
    private final FloatArray y = new FloatArray(4);

    /** y = 2 x + y; the graph has a transfer of x alone. */
    private TaskGraph graph(int mode) {
        return new TaskGraph("g")
                .transferToDevice(mode, x)
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, y)
                .task("saxpy", Kernels::saxpy, context, 2f, x, y)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, y);
    }

    private static TornadoExecutionPlan plan(TaskGraph... graphs) {
        var scheduler = new GridScheduler();
        var snapshots = new uk.ac.manchester.tornado.api.ImmutableTaskGraph[graphs.length];
        for (int i = 0; i < graphs.length; i++) {
            scheduler.addWorkerGrid(graphs[i].getTaskGraphName() + ".saxpy", new WorkerGrid1D(4));
            snapshots[i] = graphs[i].snapshot();
        }
        return new TornadoExecutionPlan(snapshots).withGridScheduler(scheduler).withProfiler(ProfilerMode.SILENT);
    }

    /** As TornadoVM: {@code close} gives back what the selected graphs took. */
    @Test
    void aPlanGivesBackTheSelectedGraphsMemory() throws Exception {
        long before = Room.taken();
        var other = new FloatArray(100);
        var second = new TaskGraph("h")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, other)
                .task("saxpy", Kernels::saxpy, context, 2f, other, other)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, other);
        try (var plan = plan(graph(DataTransferMode.EVERY_EXECUTION), second)) {
            plan.withGraph(0).execute();
            plan.withGraph(1).execute();
            assertThat(Room.taken()).isEqualTo(before + 2 * (HEADER + 16) + HEADER + 400);
            plan.freeDeviceMemory();
            assertThat(Room.taken()).isEqualTo(before + 2 * (HEADER + 16));
            plan.withAllGraphs();
        }
        assertThat(Room.taken()).isEqualTo(before);
    }

    @Test
    void whatIsTransferredOnceGoesStale() throws Exception {
        try (var plan = plan(graph(DataTransferMode.FIRST_EXECUTION))) {
            plan.execute();
            assertThat(y.toHeapArray()).containsExactly(2, 4, 6, 8);
            x.set(0, 100);
            y.init(0);
            plan.execute();
            assertThat(y.toHeapArray()).containsExactly(2, 4, 6, 8);
            plan.freeDeviceMemory();
            y.init(0);
            plan.execute();
            assertThat(y.toHeapArray()).containsExactly(200, 4, 6, 8);
        }
    }

    @Test
    void whatIsTransferredEveryTimeIsFresh() throws Exception {
        try (var plan = plan(graph(DataTransferMode.EVERY_EXECUTION))) {
            plan.execute();
            x.set(0, 100);
            y.init(0);
            plan.execute();
            assertThat(y.toHeapArray()).containsExactly(200, 4, 6, 8);
        }
    }

    @Test
    void whatWasNeverTransferredCannotBeRead() throws Exception {
        try (var plan = plan(graph(DataTransferMode.UNDER_DEMAND))) {
            assertThatThrownBy(plan::execute)
                    .isInstanceOf(TornadoRuntimeException.class)
                    .hasMessageMatching("kernel Kernels.saxpy \\(task g.saxpy\\) at work-item \\[\\d, 0, 0]: "
                            + "index \\d was read before anything was transferred or written there");
        }
    }

    @Test
    void anOutputCannotBeReadBeforeItIsWritten() throws Exception {
        var graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, x)
                .task("saxpy", Kernels::saxpy, context, 2f, x, y)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, y);
        try (var plan = plan(graph)) {
            assertThatThrownBy(plan::execute).hasMessageContaining("was read before");
        }
    }

    @Test
    void theHostSeesNothingWithoutATransfer() throws Exception {
        var graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, x, y)
                .task("saxpy", Kernels::saxpy, context, 2f, x, y)
                .transferToHost(DataTransferMode.UNDER_DEMAND, y);
        try (var plan = plan(graph)) {
            var result = plan.execute();
            assertThat(y.toHeapArray()).containsExactly(0, 0, 0, 0);
            result.transferToHost(y);
            assertThat(y.toHeapArray()).containsExactly(2, 4, 6, 8);
            assertThatThrownBy(() -> result.transferToHost(new FloatArray(1)))
                    .hasMessage("transferToHost: the executed graphs have no such array on the device: "
                            + "a FloatArray of 1 elements");
        }
    }

    @Test
    void everyArrayOfATaskIsNamedInATransfer() {
        var graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, x)
                .task("saxpy", Kernels::saxpy, context, 2f, x, y);
        assertThatThrownBy(graph::snapshot)
                .isInstanceOf(TornadoRuntimeException.class)
                .hasMessage("task g.saxpy: argument 4, a FloatArray of 4 elements, is named by no transferToDevice,"
                        + " transferToHost, persistOnDevice or consumeFromDevice of its graph");
    }

    @Test
    void whatNoTaskWroteDoesNotComeBack() throws Exception {
        var graph = graph(DataTransferMode.EVERY_EXECUTION).transferToHost(DataTransferMode.EVERY_EXECUTION, x);
        try (var plan = plan(graph)) {
            assertThatThrownBy(plan::execute)
                    .hasMessage("task graph g transfers to the host a FloatArray of 4 elements,"
                            + " which none of its tasks wrote");
        }
    }

    @Test
    void aGraphTakesOverWhatTheOneBeforeKept() throws Exception {
        try (var plan = plan(writer(), reader())) {
            plan.withGraph(0).execute();
            plan.withGraph(1).execute();
            assertThat(x.toHeapArray()).containsExactly(5, 10, 15, 20);
            plan.withGraph(1).execute();
            assertThat(x.toHeapArray()).containsExactly(9, 18, 27, 36);
        }
    }

    /** y += 2 x, kept on the device. */
    private TaskGraph writer() {
        return new TaskGraph("writer")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, x, y)
                .task("saxpy", Kernels::saxpy, context, 2f, x, y)
                .persistOnDevice(y);
    }

    /** x += 2 y, with y from the device. */
    private TaskGraph reader() {
        return reader(new TaskGraph("reader").consumeFromDevice(y));
    }

    /** With y from the graph {@code source} only. */
    private TaskGraph reader(String source) {
        return reader(new TaskGraph("reader").consumeFromDevice(source, y));
    }

    private TaskGraph reader(TaskGraph graph) {
        return graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, x)
                .task("saxpy", Kernels::saxpy, context, 2f, y, x)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, x);
    }

    @Test
    void aGraphTakesOverFromTheOneExecutedBeforeOnly() throws Exception {
        String consumes = "task graph reader consumes a FloatArray of 4 elements";
        try (var plan = plan(writer(), reader())) {
            assertThatThrownBy(plan::execute)
                    .hasMessage(consumes + " from the device, but no graph was executed before it;"
                            + " execute them one by one, with withGraph");
        }
        try (var plan = plan(graph(DataTransferMode.EVERY_EXECUTION), reader())) {
            plan.withGraph(0).execute();
            assertThatThrownBy(plan.withGraph(1)::execute)
                    .hasMessage(consumes + ", which graph g, executed before it, neither persists nor consumes");
        }
        try (var plan = plan(writer(), reader("other"))) {
            plan.withGraph(0).execute();
            assertThatThrownBy(plan.withGraph(1)::execute)
                    .hasMessage(consumes + " from graph other, but the graph executed before it was writer");
        }
    }

    @Test
    void countsWhatTravels() throws Exception {
        int array = HEADER + 4 * Float.BYTES;
        try (var plan = plan(graph(DataTransferMode.FIRST_EXECUTION))) {
            var first = plan.execute().getProfilerResult();
            assertThat(first.getTotalBytesCopyIn()).isEqualTo(2 * array + LAUNCH);
            assertThat(first.getTotalBytesCopyOut()).isEqualTo(array);
            var second = plan.execute().getProfilerResult();
            assertThat(second.getTotalBytesCopyIn()).isEqualTo(array + LAUNCH);
            assertThat(second.getTotalBytesTransferred()).isEqualTo(2 * array + LAUNCH);
            assertThat(plan.withoutProfiler().execute().getProfilerResult().getTotalBytesTransferred())
                    .isZero();
        }
    }
}
