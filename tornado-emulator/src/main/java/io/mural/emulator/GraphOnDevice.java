package io.mural.emulator;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** A task graph and its arrays in the device's memory, which is apart from the host's. */
final class GraphOnDevice {
    // What a new array on the device holds: as floats NaN, as anything else a value nobody meant.
    private static final byte[] REMAINS = {(byte) 0xAD, (byte) 0xDE, (byte) 0xC0, 0x7F};

    private final Recording recording;
    private final Map<TornadoNativeArray, Copy> copies = new IdentityHashMap<>();

    private final Map<String, String> capturedGrids = new HashMap<>();

    /** An array's room on the device; {@code owner} is the graph that gave it. */
    private record Copy(TornadoNativeArray array, Presence presence, GraphOnDevice owner) {
        long bytes() {
            return array.getNumBytesOfSegmentWithHeader();
        }
    }

    GraphOnDevice(Recording recording) {
        this.recording = recording;
    }

    Recording recording() {
        return recording;
    }

    Traffic run(GraphOnDevice previous, GridScheduler scheduler, boolean captures) {
        long start = System.nanoTime();
        recording.consumed().forEach((array, source) -> takeOver(array, source, previous));
        long bytesIn = transferIn();
        recording.toHost().forEach((array, mode) -> allocate(array));
        copies.values().forEach(copy -> copy.presence.takeWritten());
        for (Step task : recording.tasks()) {
            if (!SilentFault.ofLaunch(task.name())) {
                task.run(onDevice(task.arguments()), captures ? captured(task, scheduler) : scheduler.get(task.name()));
            }
            bytesIn += task.launchBytes();
        }
        return new Traffic(bytesIn, transferOut(), System.nanoTime() - start);
    }

    /** A replay has the grid of the recording, which here must be the one that is meant. */
    private WorkerGrid captured(Step task, GridScheduler scheduler) {
        var grid = scheduler.get(task.name());
        if (grid != null) {
            var now = Arrays.toString(grid.getGlobalWork()) + Arrays.toString(grid.getLocalWork());
            var then = capturedGrids.putIfAbsent(task.name(), now);
            if (then != null && !then.equals(now)) {
                throw recording.failure("is replayed as a CUDA graph with " + task.name() + " over " + then
                        + ", not over " + now + "; a graph of another grid is another graph");
            }
        }
        return grid;
    }

    boolean holds(TornadoNativeArray array) {
        return copies.containsKey(array);
    }

    void copyToHost(TornadoNativeArray array) {
        array.getSegment().copyFrom(copies.get(array).array.getSegment());
    }

    /** Gives back what this graph gave room to; what it took over is another's. */
    void free() {
        copies.values().stream().filter(copy -> copy.owner == this).forEach(copy -> Room.giveBack(copy.bytes()));
        copies.clear();
    }

    private void takeOver(TornadoNativeArray array, String source, GraphOnDevice previous) {
        String what = "consumes " + Task.describe(array);
        boolean fromAny = source.equals(recording.name());
        if (previous == null) {
            throw recording.failure(what
                    + " from the device, but no graph was executed before it; execute them one by one, with withGraph");
        }
        if (!fromAny && !previous.recording.name().equals(source)) {
            throw recording.failure(what + " from graph " + source + ", but the graph executed before it was "
                    + previous.recording.name());
        }
        if (!previous.holds(array) || !previous.recording.keeps(array)) {
            throw recording.failure(what + ", which graph " + previous.recording.name()
                    + ", executed before it, neither persists nor consumes");
        }
        copies.put(array, previous.copies.get(array));
    }

    private long transferIn() {
        long bytes = 0;
        for (var transfer : recording.toDevice().entrySet()) {
            TornadoNativeArray array = transfer.getKey();
            boolean isNew = allocate(array);
            boolean moves = switch (transfer.getValue()) {
                case DataTransferMode.FIRST_EXECUTION -> isNew;
                case DataTransferMode.EVERY_EXECUTION -> true;
                case DataTransferMode.UNDER_DEMAND -> false;
                default ->
                    throw recording.failure("transfers to the device in mode " + transfer.getValue()
                            + ", which DataTransferMode does not have");
            };
            if (moves) {
                Copy copy = copies.get(array);
                copy.array.getSegment().copyFrom(array.getSegment());
                copy.presence.transferred();
                bytes += array.getNumBytesOfSegmentWithHeader();
            }
        }
        return bytes;
    }

    private long transferOut() {
        long bytes = 0;
        for (var transfer : recording.toHost().entrySet()) {
            TornadoNativeArray array = transfer.getKey();
            if (transfer.getValue() == DataTransferMode.EVERY_EXECUTION) {
                if (SilentFault.ofCopy()) {
                    continue;
                }
                if (!copies.get(array).presence.takeWritten()) {
                    // TornadoVM moves what a task may write and leaves the rest as it was, without a word.
                    throw recording.failure(
                            "transfers to the host " + Task.describe(array) + ", which none of its tasks wrote");
                }
                copyToHost(array);
                bytes += array.getNumBytesOfSegmentWithHeader();
            }
        }
        return bytes;
    }

    /** Gives an array room on the device, and says whether it had none. */
    private boolean allocate(TornadoNativeArray array) {
        if (copies.containsKey(array)) {
            return false;
        }
        Presence presence = new Presence(array.getSize());
        TornadoNativeArray copy = DeviceArrays.copyOf(array, presence);
        fillWithRemains(copy.getSegment());
        var made = new Copy(copy, presence, this);
        Room.take(made.bytes());
        copies.put(array, made);
        return true;
    }

    private static void fillWithRemains(MemorySegment segment) {
        MemorySegment pattern = MemorySegment.ofArray(REMAINS);
        for (long at = 0; at < segment.byteSize(); at += REMAINS.length) {
            long bytes = Math.min(REMAINS.length, segment.byteSize() - at);
            MemorySegment.copy(pattern, 0, segment, at, bytes);
        }
    }

    private Object[] onDevice(Object[] arguments) {
        Object[] result = arguments.clone();
        for (int i = 0; i < result.length; i++) {
            if (result[i] instanceof TornadoNativeArray array) {
                result[i] = copies.get(array).array;
            }
        }
        return result;
    }
}
