package io.mural.tornado.device;

import io.mural.tensor.AttentionLayout;
import io.mural.tensor.Tensor;
import io.mural.tornado.kernels.AttentionKernels;
import io.mural.tornado.kernels.Kernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * What was asked for and has not run yet. Constants go to the device when they are first named, weights before their
 * unit runs.
 */
public final class Recorder implements AutoCloseable {
    /**
     * Launches of a graph. A launch takes up to 200 bytes of TornadoVM's plan, which has 4096 by itself and 262144 as mural
     * starts its JVM: a block of a model is one graph.
     */
    public static final int LARGEST_GRAPH = 200;

    private final Graphs graphs;
    private final DeviceMemory memory;
    private final DeviceWeights weights;
    private final DeviceConstants constants;
    private final List<Slab> staging = new ArrayList<>();
    private final List<LaunchBuilder> pending = new ArrayList<>();
    private final Map<List<AttentionLayout.Block>, Table> tables = new HashMap<>();
    private Consumer<String> notices = line -> {};
    private String unit = "start";
    private long fetches;

    /** A layout on the device. */
    public record Table(DeviceMemory.Place place, int tiles, int limits) {}

    public Recorder(TornadoDevice device, Settings settings) {
        graphs = new Graphs(device, settings.driver(), settings.profiled());
        memory = new DeviceMemory(this::poison);
        weights = new DeviceWeights(
                memory, settings.storage(), settings.weightBytes(), this::upload, line -> notices.accept(line));
        constants = new DeviceConstants(memory, this::upload);
    }

    /** Tells {@code listener} what is decided on the way. */
    public void onNotice(Consumer<String> listener) {
        notices = listener;
    }

    /** Asks {@code source} whether the driver has reported a failure. */
    public void watch(Supplier<Optional<String>> source) {
        graphs.watch(source);
    }

    public Graphs graphs() {
        return graphs;
    }

    public DeviceMemory memory() {
        return memory;
    }

    DeviceWeights weights() {
        return weights;
    }

    public DeviceConstants constants() {
        return constants;
    }

    public Storage storage() {
        return weights.storage();
    }

    public boolean holds(Tensor tensor) {
        return memory.holds(tensor);
    }

    /** Distance of a tensor's rows as kernels see it: constants lie on the device without gaps. */
    public int stride(Tensor tensor) {
        return holds(tensor) ? tensor.rowStride() : tensor.cols();
    }

    /** What the operations from here on belong to. */
    public void name(String unit) {
        this.unit = unit;
    }

    public LaunchBuilder launch(Kernel kernel) {
        return new LaunchBuilder(this, kernel);
    }

    void add(LaunchBuilder launch) {
        pending.add(launch);
    }

    /** Runs what is pending. */
    public void flush() {
        if (pending.isEmpty()) {
            return;
        }
        var batch = List.copyOf(pending);
        pending.clear();
        var wanted = batch.stream().flatMap(launch -> launch.wanted().stream()).toList();
        weights.ready(unit, wanted);
        for (int from = 0; from < batch.size(); from += LARGEST_GRAPH) {
            run(batch.subList(from, Math.min(batch.size(), from + LARGEST_GRAPH)).stream()
                    .map(launch -> launch.build(weights))
                    .toList());
        }
    }

    private void run(List<Launch> launches) {
        var slabs = new LinkedHashSet<>(memory.inUse());
        slabs.addAll(weights.inUse());
        slabs.addAll(constants.inUse());
        slabs.addAll(staging);
        graphs.run(unit, launches, slabs);
    }

    /** An array that a library takes whole. */
    public Slab staging(Storage storage, int elements) {
        var slab = memory.slab(storage);
        slab.reach(elements);
        staging.add(slab);
        return slab;
    }

    /** Uploads do not touch activations: they may run before what is pending, and do not fix the size of slabs. */
    private void upload(String what, Launch launch) {
        var slabs = new LinkedHashSet<>(weights.inUse());
        slabs.addAll(constants.inUse());
        graphs.run(what, List.of(launch), slabs);
    }

    /** The table of a layout's blocks, all or some; layouts with the same blocks share it. */
    public Table table(List<AttentionLayout.Block> blocks) {
        var known = tables.get(blocks);
        if (known == null) {
            var table = AttentionTable.of(blocks, AttentionKernels.QUERIES);
            var place = constants.of(blocks, table.values());
            known = new Table(place, table.tiles(), table.limits());
            tables.put(blocks, known);
        }
        return known;
    }

    /** Brings values to a tensor. */
    public void send(Tensor out, float[] values, Grids grids) {
        var inbox = new Operand.Inbox(
                Storage.F32,
                values.length,
                memory -> MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, 0, values.length));
        launch(Kernel.COPY)
                .ints(out.rows(), out.cols())
                .out(out)
                .box(inbox, out.cols())
                .run(grids.elements(out));
    }

    /** The values of a tensor, after all that is pending has run. */
    public float[] fetch(Tensor x, Grids grids) {
        var values = new float[Math.toIntExact(x.shape().size())];
        var ticket = Ticket.of(++fetches);
        int length = values.length + 1;
        var outbox = new Operand.Outbox(length, memory -> {
            MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, 0, values, 0, values.length);
            return ticket.isBehind(memory, values.length);
        });
        launch(Kernel.FILL)
                .ints(1, length)
                .outbox(outbox, length)
                .floats(ticket.number())
                .run(grids.elements(length));
        launch(Kernel.COPY)
                .ints(x.rows(), x.cols())
                .outbox(outbox, x.cols())
                .in(x)
                .run(grids.elements(x));
        flush();
        return values;
    }

    private void poison(Tensor tensor) {
        launch(Kernel.FILL)
                .ints(tensor.rows(), tensor.cols())
                .out(tensor)
                .floats(Float.NaN)
                .run(new Grids.Size(4, 64));
    }

    @Override
    public void close() {
        pending.clear();
        graphs.close();
    }
}
