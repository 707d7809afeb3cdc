package uk.ac.manchester.tornado.api;

import io.mural.emulator.Execution;
import io.mural.emulator.Recording;
import java.util.Arrays;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;

/**
 * Task graphs and how to run them. Their arrays stay on the device between executions, until
 * {@link #freeDeviceMemory} or {@link #close}.
 */
public class TornadoExecutionPlan implements AutoCloseable {
    private final Execution execution;

    public TornadoExecutionPlan(ImmutableTaskGraph... graphs) {
        execution = new Execution(
                Arrays.stream(graphs).map(ImmutableTaskGraph::recording).toArray(Recording[]::new));
    }

    /** Runs the selected graphs: the one of {@link #withGraph}, or all in their order. */
    public TornadoExecutionResult execute() {
        return new TornadoExecutionResult(execution, execution.run());
    }

    public TornadoExecutionPlan withGraph(int graphIndex) {
        execution.select(graphIndex);
        return this;
    }

    public TornadoExecutionPlan withAllGraphs() {
        execution.selectAll();
        return this;
    }

    /** Runs every graph on this device. */
    public TornadoExecutionPlan withDevice(TornadoDevice device) {
        execution.on(device);
        return this;
    }

    /** Gives tasks their worker grids. */
    public TornadoExecutionPlan withGridScheduler(GridScheduler gridScheduler) {
        execution.schedule(gridScheduler);
        return this;
    }

    /** Profiles from now on. The emulator keeps the profile in the result and prints it in neither mode. */
    public TornadoExecutionPlan withProfiler(ProfilerMode profilerMode) {
        execution.profile(true);
        return this;
    }

    public TornadoExecutionPlan withoutProfiler() {
        execution.profile(false);
        return this;
    }

    /**
     * Records what each graph does when it first runs, and replays that: sizes of grids and numbers of library calls are
     * those of the first run, while arrays that are transferred are read anew.
     */
    public TornadoExecutionPlan withCUDAGraph() {
        execution.capture();
        return this;
    }

    /** Gives back the arrays' room on the device: the next execution transfers them anew. */
    public TornadoExecutionPlan freeDeviceMemory() {
        execution.free();
        return this;
    }

    @Override
    public void close() throws TornadoExecutionPlanException {
        execution.free();
    }
}
