package io.mural.tornado.device;

import io.mural.tensor.Tensor;
import io.mural.tornado.kernels.Kernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Vectors and tables that never change, in float32: biases, weights of norms, layouts of attention. Uploaded once. */
public final class DeviceConstants {
    private static final int LEAST_SLAB = 1 << 16;
    private static final int LEAST_BOX = 1 << 8;

    private record Key(long address, int rows, int cols, int stride) {}

    private final DeviceMemory memory;
    private final BiConsumer<String, Launch> upload;
    private final List<Slab> slabs = new ArrayList<>();
    private final Map<Object, DeviceMemory.Place> places = new HashMap<>();
    private long used;

    /** @param upload runs a launch that brings values to the device */
    DeviceConstants(DeviceMemory memory, BiConsumer<String, Launch> upload) {
        this.memory = memory;
        this.upload = upload;
    }

    List<Slab> inUse() {
        return slabs;
    }

    /** A tensor in the processor's memory that does not change while the device is open; its rows without gaps. */
    public DeviceMemory.Place of(Tensor tensor) {
        var key = new Key(tensor.segment().address(), tensor.rows(), tensor.cols(), tensor.rowStride());
        var place = places.get(key);
        return place == null ? of(key, tensor.toArray()) : place;
    }

    boolean has(Object key) {
        return places.containsKey(key);
    }

    /** Numbers under a key that stands for them. */
    public DeviceMemory.Place of(Object key, float[] values) {
        var place = places.get(key);
        if (place == null) {
            place = send(values);
            places.put(key, place);
        }
        return place;
    }

    private DeviceMemory.Place send(float[] values) {
        if (slabs.isEmpty() || used + values.length > slabs.getLast().elements()) {
            var slab = memory.slab(Storage.F32);
            slab.reach(Math.max(LEAST_SLAB << Math.min(8, slabs.size()), values.length));
            slabs.add(slab);
            used = 0;
        }
        var place = new DeviceMemory.Place(slabs.getLast(), Math.toIntExact(used));
        used += values.length;
        // few sizes, so that few graphs are built
        int box = Math.max(LEAST_BOX, Integer.highestOneBit(Math.max(1, values.length - 1)) << 1);
        var inbox = new Operand.Inbox(
                Storage.F32,
                box,
                target -> MemorySegment.copy(values, 0, target, ValueLayout.JAVA_FLOAT, 0, values.length));
        int[] ints = {1, values.length, place.offset(), values.length, 0, values.length};
        upload.accept(
                "constants",
                new Launch(Kernel.COPY, List.of(inbox, new Operand.Resident(place.slab())), ints, new float[0], 4, 64));
        return place;
    }
}
