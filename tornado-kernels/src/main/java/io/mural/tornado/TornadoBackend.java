package io.mural.tornado;

import io.mural.tensor.Backend;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Devices of TornadoVM, {@code tornado:opencl:0} and so on. */
public final class TornadoBackend implements Backend {
    /** Weights stay where they leave a quarter of a device's memory to activations. */
    private static final double WEIGHTS_SHARE = 0.75;

    /** The stand-in for TornadoVM, where there is no SDK; it has no number, so that nothing shorter means it. */
    private static final String EMULATOR = "tornado:emulator";

    /** A device under the name that chooses it. */
    private record Named(String name, TornadoDevice device) {}

    @Override
    public String name() {
        return "tornado";
    }

    @Override
    public Availability availability() {
        try {
            var found = devices();
            if (found.isEmpty()) {
                return new Availability.Absent("TornadoVM finds no device; install a driver for OpenCL or CUDA");
            }
            return new Availability.Available(found.stream()
                    .map(named -> new Device(named.name(), describe(named.device())))
                    .toList());
        } catch (LinkageError | RuntimeException e) {
            return new Availability.Absent("TornadoVM does not start: " + e);
        }
    }

    private static String describe(TornadoDevice device) {
        return "%s, %s, %.1f GiB, weights in %s"
                .formatted(
                        device.getDeviceName(),
                        device.getDeviceType(),
                        (double) device.getMaxGlobalMemory() / (1 << 30),
                        storage(device));
    }

    private static List<Named> devices() {
        var runtime = TornadoRuntimeProvider.getTornadoRuntime();
        var found = new ArrayList<Named>();
        for (int i = 0; i < runtime.getNumBackends(); i++) {
            var backend = runtime.getBackend(i);
            var kind = backend.getBackendType().toString().toLowerCase(Locale.ROOT);
            for (int j = 0; j < backend.getNumDevices(); j++) {
                var name = kind.equals("java") ? EMULATOR : "tornado:" + kind + ":" + j;
                found.add(new Named(name, backend.getDevice(j)));
            }
        }
        return found;
    }

    @Override
    public Ops open(String device, int threads, Workspace workspace) {
        var chosen = find(device);
        long weights = (long) (chosen.getMaxGlobalMemory() * WEIGHTS_SHARE);
        return new TornadoOps(chosen, new Settings(storage(chosen), weights, false), workspace);
    }

    private static TornadoDevice find(String device) {
        return devices().stream()
                .filter(named -> named.name().equals(device))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no device " + device))
                .device();
    }

    /** Short formats save a GPU's memory; bfloat16 is one instruction on CUDA alone, and processors' OpenCL lacks half. */
    private static Storage storage(TornadoDevice device) {
        if (device.getDeviceType() != TornadoDeviceType.GPU) {
            return Storage.F32;
        }
        return device.getTornadoVMBackend().name().equals("CUDA") ? Storage.BF16 : Storage.F16;
    }
}
