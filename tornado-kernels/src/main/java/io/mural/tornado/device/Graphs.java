package io.mural.tornado.device;

import io.mural.tornado.kernels.Kernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;

/**
 * The task graphs of one device: built when a sequence of launches is new, replayed when it is known. A graph takes the
 * slabs over from the graph that ran before it; a bridge is a graph that gives new slabs room, and that runs between two
 * graphs of which the first does not know all slabs of the second (docs/decisions/0011).
 */
public final class Graphs implements AutoCloseable {
    private final TornadoDevice device;
    private final boolean profiled;
    private final GridScheduler scheduler = new GridScheduler();
    private final Map<String, UnitGraph> known = new HashMap<>();
    private final List<UnitGraph> graphs = new ArrayList<>();
    private final Map<UnitGraph, Integer> places = new HashMap<>();
    private final List<UnitGraph> bridges = new ArrayList<>();
    private final Map<UnitGraph, List<Launch>> bridgeLaunches = new HashMap<>();
    private final Set<Slab> present = new LinkedHashSet<>();
    private final Set<UnitGraph> underWay = new HashSet<>();
    private TornadoExecutionPlan plan;
    private UnitGraph last;
    private final Set<String> kernels = new LinkedHashSet<>();
    private long bytesIn;
    private long bytesOut;

    /** @param profiled whether traffic is counted; it slows down */
    Graphs(TornadoDevice device, boolean profiled) {
        this.device = device;
        this.profiled = profiled;
    }

    /** Bytes that went to the device so far, array headers included; 0 unless profiled. */
    public long bytesIn() {
        return bytesIn;
    }

    public long bytesOut() {
        return bytesOut;
    }

    /** Names of the kernels that ran. */
    public Set<String> kernels() {
        return kernels;
    }

    /** How many graphs there are. */
    public int size() {
        return graphs.size();
    }

    /**
     * Runs launches in their order; returns before the device is done unless they bring results to the host.
     *
     * @param unit what they are, for errors
     * @param slabs all slabs that are in use
     */
    void run(String unit, List<Launch> launches, Set<Slab> slabs) {
        bridge(unit, slabs);
        var identity = launches.stream().map(Launch::identity).collect(Collectors.joining(";"));
        var graph = known.get(identity);
        if (graph == null) {
            graph = new UnitGraph("u" + graphs.size(), launches, present, Set.of(), scheduler);
            known.put(identity, graph);
            graphs.add(graph);
        }
        launches.forEach(launch -> kernels.add(launch.kernel().method()));
        execute(unit, graph, launches);
        graph.deliver(launches);
    }

    /** Gives slabs room that have none. */
    private void bridge(String unit, Set<Slab> slabs) {
        var fresh = new LinkedHashSet<>(slabs);
        fresh.removeAll(present);
        if (fresh.isEmpty()) {
            return;
        }
        var launches = new ArrayList<Launch>();
        for (var slab : fresh) {
            var operand = new Operand.Resident(slab);
            launches.add(new Launch(
                    slab.storage().copy(), List.of(operand, operand), new int[6], new float[0], 1, 1)); // copies none
        }
        var done = new Operand.Outbox(1, memory -> {});
        launches.add(new Launch(Kernel.FILL, List.of(done), new int[] {1, 1, 0, 1}, new float[] {0}, 1, 1));
        var graph = new UnitGraph("u" + graphs.size(), launches, present, fresh, scheduler);
        graphs.add(graph);
        bridges.add(graph);
        bridgeLaunches.put(graph, launches);
        present.addAll(fresh);
        execute(unit, graph, launches);
    }

    private void execute(String unit, UnitGraph graph, List<Launch> launches) {
        if (underWay.contains(graph)) {
            await(unit);
        }
        if (!places.containsKey(graph)) {
            replan(unit);
        }
        if (!graph.consumed().isEmpty() && (last == null || !last.holds(graph.consumed()))) {
            int own = bridges.indexOf(graph);
            var before = bridges.get(own < 0 ? bridges.size() - 1 : own - 1);
            execute(unit, before, bridgeLaunches.get(before));
        }
        graph.prepare(launches);
        try {
            plan.withGraph(places.get(graph));
            var result = plan.execute();
            if (profiled) {
                bytesIn += result.getProfilerResult().getTotalBytesCopyIn();
                bytesOut += result.getProfilerResult().getTotalBytesCopyOut();
            }
        } catch (RuntimeException e) {
            throw failure(unit, launches, e);
        }
        last = graph;
        underWay.add(graph);
        if (UnitGraph.waits(launches)) {
            underWay.clear();
        }
    }

    /** Returns when the device has done all it was given: a bridge reads a result. */
    private void await(String unit) {
        var bridge = bridges.stream().filter(places::containsKey).toList().getLast();
        underWay.remove(bridge);
        execute(unit, bridge, bridgeLaunches.get(bridge));
    }

    /** A plan's graphs are fixed, and every plan has a queue of its own; the graphs keep their arrays on the device. */
    private void replan(String unit) {
        if (!underWay.isEmpty()) {
            await(unit);
        }
        plan = new TornadoExecutionPlan(graphs.stream().map(UnitGraph::graph).toArray(ImmutableTaskGraph[]::new));
        plan.withDevice(device);
        plan.withGridScheduler(scheduler);
        if (profiled) {
            plan.withProfiler(ProfilerMode.SILENT);
        }
        for (int i = 0; i < graphs.size(); i++) {
            places.put(graphs.get(i), i);
        }
        last = null;
    }

    private IllegalStateException failure(String unit, List<Launch> launches, RuntimeException e) {
        var kernels = launches.stream()
                .map(launch -> launch.kernel().method())
                .distinct()
                .collect(Collectors.joining(", "));
        boolean library = launches.stream().anyMatch(launch -> launch.kernel().ofLibrary());
        return new IllegalStateException(
                device.getDeviceName() + ": " + unit + " could not be run; its kernels are " + kernels
                        + ", the compiler's log stands above"
                        + (library ? " (`gemm` java does without NVIDIA's libraries): " : ": ") + e.getMessage(),
                e);
    }

    @Override
    public void close() {
        if (plan == null) {
            return;
        }
        try {
            plan.close();
        } catch (TornadoExecutionPlanException e) {
            throw new IllegalStateException(device.getDeviceName() + ": memory could not be given back", e);
        }
    }
}
