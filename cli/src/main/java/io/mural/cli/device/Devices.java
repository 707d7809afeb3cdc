package io.mural.cli.device;

import io.mural.cli.console.BadUsage;
import io.mural.cli.tornado.DeviceName;
import io.mural.tensor.Backend;
import io.mural.tensor.Backend.Availability.Absent;
import io.mural.tensor.Backend.Availability.Available;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** The devices of all backends on the class path. */
public final class Devices {
    private Devices() {}

    /** All backends in order of name. */
    static List<Backend> backends() {
        var backends = new ArrayList<Backend>();
        ServiceLoader.load(Backend.class).forEach(backends::add);
        backends.sort(Comparator.comparing(Backend::name));
        return backends;
    }

    /**
     * A device of a backend.
     *
     * @param name its whole name
     */
    record Chosen(String name, Backend backend) {}

    /** Whether a device of this name can be used here. */
    public static boolean has(String device) {
        return find(device).isPresent();
    }

    /** The device of this name; {@link BadUsage} names the devices there are, or why this one is absent. */
    static Chosen choose(String device) {
        return find(device).orElseThrow(() -> unknown(device));
    }

    // Stops at the first backend that has the device: asking others may take long.
    private static Optional<Chosen> find(String device) {
        return backends().stream()
                .flatMap(backend ->
                        DeviceName.resolve(device, names(backend)).stream().map(name -> new Chosen(name, backend)))
                .findFirst();
    }

    private static List<String> names(Backend backend) {
        return switch (backend.availability()) {
            case Available available ->
                available.devices().stream().map(Backend.Device::name).toList();
            case Absent absent -> List.of();
        };
    }

    private static BadUsage unknown(String device) {
        for (var backend : backends()) {
            boolean named = device.equals(backend.name()) || device.startsWith(backend.name() + ":");
            if (named && backend.availability() instanceof Absent absent) {
                return new BadUsage("--device " + device + ": " + absent.reason());
            }
        }
        var names = backends().stream().flatMap(b -> names(b).stream()).toList();
        return new BadUsage("--device " + device + ": there is no such device; choose " + String.join(" or ", names));
    }
}
