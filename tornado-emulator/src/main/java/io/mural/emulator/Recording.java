package io.mural.emulator;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.common.LibraryTaskDescriptor;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** What a task graph was told: its tasks in order and the transfers of its arrays. */
public final class Recording {
    private final String name;
    private final Map<String, Step> tasks = new LinkedHashMap<>();
    private final Map<TornadoNativeArray, Integer> toDevice = new IdentityHashMap<>();
    private final Map<TornadoNativeArray, Integer> toHost = new IdentityHashMap<>();
    private final Map<TornadoNativeArray, String> consumed = new IdentityHashMap<>();

    private final GraphOnDevice onDevice = new GraphOnDevice(this);

    public Recording(String name) {
        this.name = name;
    }

    /** What the graph has on the device; as in TornadoVM, plans that share a graph share it. */
    GraphOnDevice onDevice() {
        return onDevice;
    }

    public String name() {
        return name;
    }

    public void toDevice(int mode, Object... objects) {
        for (Object object : objects) {
            if (!(object instanceof Number)) { // a number is part of the compiled kernel
                toDevice.put(array("transferToDevice", object), mode);
            }
        }
    }

    public void toHost(int mode, Object... objects) {
        for (Object object : objects) {
            toHost.put(array("transferToHost", object), mode);
        }
    }

    public void persist(Object... objects) {
        for (Object object : objects) {
            toHost.put(array("persistOnDevice", object), DataTransferMode.UNDER_DEMAND);
        }
    }

    /** Takes arrays over from the graph {@code source}; this graph's own name stands for any graph. */
    public void consume(String source, Object... objects) {
        for (Object object : objects) {
            consumed.put(array("consumeFromDevice", object), source);
        }
    }

    public void task(String id, Object code, Object... arguments) {
        add(id, new Task(name + "." + id, code, arguments));
    }

    public void libraryTask(String id, LibraryTaskDescriptor descriptor) {
        add(id, LibraryCall.of(name + "." + id, descriptor));
    }

    private void add(String id, Step task) {
        if (tasks.putIfAbsent(id, task) != null) {
            throw failure("has two tasks named " + id);
        }
    }

    public Recording copy() {
        Recording copy = new Recording(name);
        copy.tasks.putAll(tasks);
        copy.toDevice.putAll(toDevice);
        copy.toHost.putAll(toHost);
        copy.consumed.putAll(consumed);
        copy.checkArguments();
        return copy;
    }

    List<Step> tasks() {
        return new ArrayList<>(tasks.values());
    }

    boolean hasTask(String qualifiedName) {
        return tasks.values().stream().anyMatch(task -> task.name().equals(qualifiedName));
    }

    Map<TornadoNativeArray, Integer> toDevice() {
        return toDevice;
    }

    Map<TornadoNativeArray, Integer> toHost() {
        return toHost;
    }

    Map<TornadoNativeArray, String> consumed() {
        return consumed;
    }

    /** Whether the array outlives this graph on the device, for the next one to consume. */
    boolean keeps(TornadoNativeArray array) {
        return consumed.containsKey(array)
                || Integer.valueOf(DataTransferMode.UNDER_DEMAND).equals(toHost.get(array));
    }

    TornadoRuntimeException failure(String what) {
        return new TornadoRuntimeException("task graph " + name + " " + what);
    }

    // As TornadoVM: an array that no transfer names is a mistake, not a transfer of its own.
    private void checkArguments() {
        for (Step task : tasks.values()) {
            for (int i = 0; i < task.arguments().length; i++) {
                if (task.arguments()[i] instanceof TornadoNativeArray array && !isNamed(array)) {
                    throw new TornadoRuntimeException(
                            "task %s: argument %d, %s, is named by no transferToDevice, transferToHost, persistOnDevice or consumeFromDevice of its graph"
                                    .formatted(task.name(), i + 1, Task.describe(array)));
                }
            }
        }
    }

    private boolean isNamed(TornadoNativeArray array) {
        return toDevice.containsKey(array) || toHost.containsKey(array) || consumed.containsKey(array);
    }

    private TornadoNativeArray array(String method, Object object) {
        if (object instanceof TornadoNativeArray array) {
            return array;
        }
        throw failure("names in %s %s; the emulator's device holds TornadoVM's native arrays only"
                .formatted(
                        method,
                        object == null ? "null" : "a " + object.getClass().getSimpleName()));
    }
}
