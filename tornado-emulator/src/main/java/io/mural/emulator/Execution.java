package io.mural.emulator;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** The graphs of one execution plan, and what they have on the device. */
public final class Execution {
    private final List<GraphOnDevice> graphs;
    private List<GraphOnDevice> selected;
    private GraphOnDevice previous; // the last graph of the execution before, null at first
    private GridScheduler scheduler = new GridScheduler();
    private boolean isProfiled;
    private boolean captures;

    public Execution(Recording... recordings) {
        graphs = Arrays.stream(recordings).map(Recording::onDevice).toList();
        selected = graphs;
    }

    public void select(int index) {
        if (index < 0 || index >= graphs.size()) {
            throw new TornadoRuntimeException("graph %d is not one of the plan's %d".formatted(index, graphs.size()));
        }
        selected = List.of(graphs.get(index));
    }

    public void selectAll() {
        selected = graphs;
    }

    /** There is one device to run on. */
    public void on(TornadoDevice device) {
        if (!(device instanceof EmulatedDevice)) {
            throw new TornadoRuntimeException("the emulator does not run on " + device.getDeviceName());
        }
    }

    public void schedule(GridScheduler scheduler) {
        for (String task : scheduler.keySet()) {
            if (graphs.stream().noneMatch(graph -> graph.recording().hasTask(task))) {
                throw new TornadoRuntimeException("the grid scheduler names task " + task
                        + ", which no graph of the plan has; names are graph.task");
            }
        }
        this.scheduler = scheduler;
    }

    /** From now on graphs are recorded when they first run, and replayed. */
    public void capture() {
        captures = true;
    }

    /** Whether to count traffic from now on. */
    public void profile(boolean on) {
        isProfiled = on;
    }

    /** Runs the selected graphs and returns the traffic, none without a profiler. */
    public Traffic run() {
        Traffic traffic = Traffic.NONE;
        for (GraphOnDevice graph : selected) {
            traffic = traffic.plus(graph.run(previous, scheduler, captures));
        }
        // As TornadoVM: graphs of one execution cannot consume from each other.
        previous = selected.getLast();
        return isProfiled ? traffic : Traffic.NONE;
    }

    public void transferToHost(Object... objects) {
        for (Object object : objects) {
            Stream<GraphOnDevice> holders =
                    selected.stream().filter(graph -> object instanceof TornadoNativeArray array && graph.holds(array));
            holders.findFirst()
                    .orElseThrow(() -> new TornadoRuntimeException(
                            "transferToHost: the executed graphs have no such array on the device: "
                                    + Task.describe(object)))
                    .copyToHost((TornadoNativeArray) object);
        }
    }

    /** As TornadoVM: what the selected graphs gave room to, not what others did. */
    public void free() {
        selected.forEach(GraphOnDevice::free);
        previous = null;
    }
}
