package io.mural.tornado.device;

import io.mural.tornado.kernels.Kernel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * The task graph of a sequence of launches. Launches of the same kernels on the same arrays replay it: sizes, offsets
 * and strides are parameters that travel with every execution.
 */
final class UnitGraph {
    private final String name;
    private final List<IntArray> ints = new ArrayList<>();
    private final List<FloatArray> floats = new ArrayList<>();
    private final List<WorkerGrid> grids = new ArrayList<>();
    private final List<TornadoNativeArray> boxes = new ArrayList<>();
    private final Map<Operand, TornadoNativeArray> boxOf = new IdentityHashMap<>(); // while it is built
    private boolean ran;
    private FloatArray none; // null while no kernel needs it
    private final Set<Slab> consumed;
    private final Set<Slab> made;
    private final ImmutableTaskGraph graph;

    /**
     * @param present slabs that are on the device when it runs
     * @param fresh slabs that are given room there by it
     */
    UnitGraph(String name, List<Launch> launches, Set<Slab> present, Set<Slab> fresh, GridScheduler scheduler) {
        this.name = name;
        consumed = new LinkedHashSet<>(present);
        made = new LinkedHashSet<>(fresh);
        var tasks = new TaskGraph(name);
        present.forEach(slab -> tasks.consumeFromDevice(slab.array()));
        fresh.forEach(slab -> tasks.transferToDevice(DataTransferMode.UNDER_DEMAND, slab.array()));
        var context = new KernelContext();
        for (int i = 0; i < launches.size(); i++) {
            var launch = launches.get(i);
            var id = "t" + i + "_" + launch.kernel().method();
            var arrays = launch.operands().stream()
                    .map(operand -> array(tasks, operand))
                    .toArray(TornadoNativeArray[]::new);
            var p = new IntArray(launch.ints().length);
            var f = launch.floats().length == 0 ? none() : new FloatArray(launch.floats().length);
            ints.add(p);
            floats.add(f);
            launch.kernel().addTo(tasks, id, new Kernel.Common(context, p, f, launch.ints()), arrays);
            var grid = new WorkerGrid1D(launch.groups() * launch.threads());
            grids.add(grid);
            if (!launch.kernel().ofLibrary()) {
                tasks.transferToDevice(DataTransferMode.EVERY_EXECUTION, p);
                if (f != none) {
                    tasks.transferToDevice(DataTransferMode.EVERY_EXECUTION, f);
                }
                scheduler.addWorkerGrid(name + "." + id, grid);
            }
        }
        if (none != null) {
            tasks.transferToDevice(DataTransferMode.FIRST_EXECUTION, none);
        }
        fresh.forEach(slab -> tasks.persistOnDevice(slab.array()));
        boxOf.clear();
        graph = tasks.snapshot();
    }

    /** What kernels without floats get: one for all of them. */
    private FloatArray none() {
        if (none == null) {
            none = new FloatArray(1);
        }
        return none;
    }

    /** Launches of one identity replay one graph. */
    static String identity(List<Launch> launches, boolean captured) {
        var boxes = new IdentityHashMap<Operand, Integer>();
        var text = new StringBuilder();
        for (var launch : launches) {
            text.append(launch.identity(captured));
            for (var operand : launch.operands()) {
                if (!(operand instanceof Operand.Resident)) {
                    text.append('#').append(boxes.computeIfAbsent(operand, box -> boxes.size()));
                }
            }
            text.append(';');
        }
        return text.toString();
    }

    /** Bytes on the device that are this graph's own: parameters and what goes in and out. */
    long bytes() {
        return Stream.of(ints, floats, boxes)
                .flatMap(List::stream)
                .mapToLong(TornadoNativeArray::getNumBytesOfSegmentWithHeader)
                .sum();
    }

    /** Whether it has not run yet: TornadoVM compiles, and captures, what it runs first. */
    boolean isNew() {
        return !ran;
    }

    void ran() {
        ran = true;
    }

    private TornadoNativeArray array(TaskGraph tasks, Operand operand) {
        if (operand instanceof Operand.Resident resident) {
            return resident.slab().array();
        }
        var known = boxOf.get(operand);
        if (known != null) {
            return known;
        }
        var box = box(tasks, operand);
        boxOf.put(operand, box);
        boxes.add(box);
        return box;
    }

    private static TornadoNativeArray box(TaskGraph tasks, Operand operand) {
        return switch (operand) {
            case Operand.Resident resident -> throw new IllegalArgumentException("no box: " + resident);
            case Operand.Inbox inbox -> {
                var box = inbox.storage().array(inbox.elements());
                tasks.transferToDevice(DataTransferMode.EVERY_EXECUTION, box);
                yield box;
            }
            case Operand.Outbox outbox -> {
                var box = new FloatArray(outbox.elements());
                tasks.transferToHost(DataTransferMode.EVERY_EXECUTION, box);
                yield box;
            }
        };
    }

    /** What goes to the device and comes from there, each once, in the order of {@link #boxes}. */
    private static List<Operand> boxed(List<Launch> launches) {
        var seen = Collections.newSetFromMap(new IdentityHashMap<Operand, Boolean>());
        return launches.stream()
                .flatMap(launch -> launch.operands().stream())
                .filter(operand -> !(operand instanceof Operand.Resident) && seen.add(operand))
                .toList();
    }

    String name() {
        return name;
    }

    ImmutableTaskGraph graph() {
        return graph;
    }

    /** Slabs that the graph executed before must have left on the device. */
    Set<Slab> consumed() {
        return consumed;
    }

    /** Whether it leaves all of {@code slabs} on the device for the next graph. */
    boolean holds(Set<Slab> slabs) {
        return slabs.stream().allMatch(slab -> consumed.contains(slab) || made.contains(slab));
    }

    /** Writes parameters, grids and what goes to the device. Nothing of an earlier execution may be under way. */
    void prepare(List<Launch> launches) {
        for (int i = 0; i < launches.size(); i++) {
            var launch = launches.get(i);
            for (int j = 0; j < launch.ints().length; j++) {
                ints.get(i).set(j, launch.ints()[j]);
            }
            for (int j = 0; j < launch.floats().length; j++) {
                floats.get(i).set(j, launch.floats()[j]);
            }
            grids.get(i).setGlobalWork((long) launch.groups() * launch.threads(), 1, 1);
            grids.get(i).setLocalWork(launch.threads(), 1, 1);
        }
        var all = boxed(launches);
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i) instanceof Operand.Inbox inbox) {
                inbox.values().accept(boxes.get(i).getSegment());
            }
        }
    }

    /** Hands over what came to the host; false if something did not come. */
    boolean deliver(List<Launch> launches) {
        var all = boxed(launches);
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i) instanceof Operand.Outbox outbox
                    && !outbox.values().test(boxes.get(i).getSegment())) {
                return false;
            }
        }
        return true;
    }

    /** Whether executing it ends only when the device is done: it reads results. */
    static boolean waits(List<Launch> launches) {
        return launches.stream()
                .flatMap(launch -> launch.operands().stream())
                .anyMatch(Operand.Outbox.class::isInstance);
    }
}
