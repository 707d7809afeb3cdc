package io.mural.tornado.device;

import io.mural.tensor.Tensor;
import io.mural.tensor.Workspace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Activations in slabs of the device. Their tensors have addresses that no memory lies at: a number of a slab and a
 * distance in it. Whoever reaches for such a tensor's values without its {@code Ops} gets an exception.
 */
public final class DeviceMemory implements Workspace.Memory {
    /** No operating system gives out such addresses. */
    private static final long DEVICE = 1L << 62;

    private static final int SLAB_SHIFT = 36;
    /** Floats; each slab begins with as many that are nobody's. */
    private static final long ALIGNMENT = 16;
    /** Further slabs are as large as all before, so that they stay few: each one more can mean further graphs. */
    private static final long LEAST = 1 << 22;

    private record Area(Slab slab, TreeMap<Long, Long> free) {}

    private final List<Area> areas = new ArrayList<>();
    private final Consumer<Tensor> poison;
    private int slabs;

    /** @param poison fills a tensor with NaN */
    DeviceMemory(Consumer<Tensor> poison) {
        this.poison = poison;
    }

    /** A slab for other uses than activations. */
    Slab slab(Storage storage) {
        return new Slab(slabs++, storage);
    }

    /** Where a tensor begins. */
    public record Place(Slab slab, int offset) {}

    /** Whether the tensor is one of these. */
    boolean holds(Tensor tensor) {
        return (tensor.segment().address() & DEVICE) != 0;
    }

    Place place(Tensor tensor) {
        long address = tensor.segment().address() - DEVICE;
        int id = Math.toIntExact(address >>> SLAB_SHIFT);
        for (var area : areas) {
            if (area.slab().id() == id) {
                long bytes = address & (1L << SLAB_SHIFT) - 1;
                return new Place(area.slab(), Math.toIntExact(bytes / Float.BYTES));
            }
        }
        throw new IllegalStateException("a tensor " + tensor.shape() + " of another device");
    }

    /** All slabs of activations. */
    Set<Slab> inUse() {
        var all = new LinkedHashSet<Slab>();
        for (var area : areas) {
            if (!area.slab().fixed()) {
                area.slab().reach(least(area.slab()));
                long end = area.slab().elements();
                area.slab().array();
                // what was left open at the end is bounded from now on
                var open = area.free().lastEntry();
                area.free().put(open.getKey(), end - open.getKey());
                if (open.getKey() == end) {
                    area.free().remove(end);
                }
            }
            all.add(area.slab());
        }
        return all;
    }

    private long least(Slab slab) {
        long others = 0;
        for (var area : areas) {
            others += area.slab() == slab ? 0 : area.slab().elements();
        }
        return Math.min(Slab.MOST_ELEMENTS, Math.max(LEAST, others));
    }

    @Override
    public MemorySegment take(long bytes) {
        long floats = (bytes / Float.BYTES + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (floats > Slab.MOST_ELEMENTS - ALIGNMENT) {
            throw new IllegalStateException("a tensor of " + floats
                    + " elements; TornadoVM's arrays have at most 2147483647, so choose a smaller picture");
        }
        for (var area : areas) {
            for (var entry : area.free().entrySet()) {
                if (entry.getValue() >= floats && area.slab().reaches(entry.getKey() + floats)) {
                    return take(area, entry.getKey(), entry.getValue(), floats);
                }
            }
        }
        var area = new Area(slab(Storage.F32), new TreeMap<>());
        area.free().put(ALIGNMENT, Slab.MOST_ELEMENTS - ALIGNMENT);
        areas.add(area);
        return take(area, ALIGNMENT, Slab.MOST_ELEMENTS - ALIGNMENT, floats);
    }

    private static MemorySegment take(Area area, long from, long room, long floats) {
        area.free().remove(from);
        if (room > floats) {
            area.free().put(from + floats, room - floats);
        }
        if (!area.slab().fixed()) {
            area.slab().reach(from + floats);
        }
        return unreachable(DEVICE + ((long) area.slab().id() << SLAB_SHIFT) + from * Float.BYTES, floats * Float.BYTES);
    }

    /** A segment that has an address and a size, and that nothing can be read from or written to. */
    @SuppressWarnings("restricted") // there is no memory to be misused
    private static MemorySegment unreachable(long address, long bytes) {
        try (var closed = Arena.ofShared()) {
            return MemorySegment.ofAddress(address).reinterpret(bytes, closed, segment -> {});
        }
    }

    @Override
    public void giveBack(MemorySegment memory) {
        long address = memory.address() - DEVICE;
        long from = (address & (1L << SLAB_SHIFT) - 1) / Float.BYTES;
        long room = memory.byteSize() / Float.BYTES;
        for (var area : areas) {
            if (area.slab().id() == address >>> SLAB_SHIFT) {
                var before = area.free().lowerEntry(from);
                if (before != null && before.getKey() + before.getValue() == from) {
                    area.free().remove(before.getKey());
                    from = before.getKey();
                    room += before.getValue();
                }
                Long behind = area.free().remove(from + room);
                area.free().put(from, behind == null ? room : room + behind);
                return;
            }
        }
    }

    @Override
    public void poison(Tensor tensor) {
        poison.accept(tensor);
    }
}
