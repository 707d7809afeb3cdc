package io.mural.spark;

import io.mural.engine.device.DeviceName;
import io.mural.engine.device.Devices;
import io.mural.tensor.InputException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.spark.TaskContext;

/** On which devices a task may make its pictures: the GPU that Spark handed it, or what the job names. */
final class TaskDevices {
    static final String ALL = "all";
    private static final String GPU = "gpu";
    private static final String USUAL_BACKEND = "tornado:cuda";
    private static final Pattern NUMBERED = Pattern.compile(".*:\\d+");

    private TaskDevices() {}

    /** Of those one, whichever is free. */
    static List<String> of(String device, TaskContext task) {
        var gpus = task.resourcesJMap().get(GPU);
        if (gpus == null || gpus.addresses().length == 0) {
            return named(device);
        }
        return List.of(gpu(device, gpus.addresses()[0]));
    }

    /** The device of a GPU's address. */
    static String gpu(String device, String address) {
        if (device.isEmpty() || device.equals(ALL)) {
            return USUAL_BACKEND + ":" + address;
        }
        if (!device.startsWith("tornado")) {
            return device;
        }
        if (NUMBERED.matcher(device).matches()) {
            throw new InputException(
                    "device",
                    "`device` " + device + " has a number, and Spark hands out GPUs",
                    "leave" + " the number away");
        }
        return (DeviceName.backend(device).isPresent() ? device : USUAL_BACKEND) + ":" + address;
    }

    static List<String> named(String device) {
        if (!device.equals(ALL)) {
            return List.of(Optional.of(device).filter(name -> !name.isEmpty()).orElse("cpu"));
        }
        var names = Devices.names().stream().filter(DeviceName::needsTornadoVm).toList();
        return names.isEmpty() ? List.of("cpu") : names;
    }
}
