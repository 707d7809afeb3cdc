package io.mural.tornado.device;

import io.mural.tornado.kernels.Kernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
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
    private final Driver driver;
    private final boolean profiled;
    private final Counters counters = new Counters();
    private Supplier<Optional<String>> reported = Optional::empty;
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

    /** @param profiled whether traffic is counted by TornadoVM; it slows down */
    Graphs(TornadoDevice device, Driver driver, boolean profiled) {
        this.device = device;
        this.driver = driver;
        this.profiled = profiled;
    }

    /** Asks {@code source} after every execution whether the driver printed that something failed. */
    void watch(Supplier<Optional<String>> source) {
        reported = source;
    }

    /** What the host has asked of the device so far. */
    public Counters counters() {
        return counters;
    }

    /** Bytes of the device's memory that arrays of these graphs take. */
    long bytesTaken() {
        return present.stream().mapToLong(Slab::bytes).sum()
                + graphs.stream().mapToLong(UnitGraph::bytes).sum();
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
        var identity = UnitGraph.identity(launches, driver.captures());
        var graph = known.get(identity);
        if (graph == null) {
            graph = new UnitGraph("u" + graphs.size(), launches, present, Set.of(), scheduler);
            known.put(identity, graph);
            graphs.add(graph);
        }
        launches.forEach(launch -> kernels.add(launch.kernel().method()));
        execute(unit, graph, launches);
        if (!graph.deliver(launches)) {
            throw DeviceFailure.nothing(driver, unit, launches);
        }
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
        var ticket = Ticket.of(bridges.size());
        var done = new Operand.Outbox(1, memory -> ticket.isBehind(memory, 0));
        launches.add(
                new Launch(Kernel.FILL, List.of(done), new int[] {1, 1, 0, 1}, new float[] {ticket.number()}, 1, 1));
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
            throw DeviceFailure.thrown(driver, unit, launches, bytesTaken(), e);
        }
        reported.get().ifPresent(line -> {
            throw DeviceFailure.printed(driver, unit, launches, line);
        });
        counters.executed(launches, driver.captures() && !graph.isNew());
        graph.ran();
        last = graph;
        underWay.add(graph);
        if (driver.waits() || UnitGraph.waits(launches)) {
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
        if (driver.captures()) {
            plan.withCUDAGraph();
        }
        if (profiled) {
            plan.withProfiler(ProfilerMode.SILENT);
        }
        for (int i = 0; i < graphs.size(); i++) {
            places.put(graphs.get(i), i);
        }
        last = null;
    }

    @Override
    public void close() {
        if (plan == null) {
            return;
        }
        try {
            plan.withAllGraphs(); // else only the arrays of the graph that ran last are given back
            plan.close();
        } catch (TornadoExecutionPlanException e) {
            throw new IllegalStateException(driver.device() + ": memory could not be given back", e);
        }
    }
}
