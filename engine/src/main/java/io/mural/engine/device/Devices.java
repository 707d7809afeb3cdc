package io.mural.engine.device;

import io.mural.tensor.Backend;
import io.mural.tensor.Backend.Availability;
import io.mural.tensor.Backend.Availability.Absent;
import io.mural.tensor.Backend.Availability.Available;
import io.mural.tensor.InputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** The devices of all backends on the class path. */
public final class Devices {
    private Devices() {}

    /** All backends in order of name. */
    public static List<Backend> backends() {
        var backends = new ArrayList<Backend>();
        ServiceLoader.load(Backend.class).forEach(backends::add);
        backends.sort(Comparator.comparing(Backend::name));
        return backends;
    }

    /** A device and its backend. */
    public record Chosen(Backend.Device device, Backend backend) {
        /** The device's whole name. */
        public String name() {
            return device.name();
        }
    }

    /** The whole names of all devices that can be used here. */
    public static List<String> names() {
        return backends().stream()
                .flatMap(backend -> names(backend.availability()).stream())
                .toList();
    }

    /** Whether a device of this name can be used here. */
    public static boolean has(String device) {
        return backends().stream()
                .anyMatch(backend -> DeviceName.resolve(device, names(backend.availability()))
                        .isPresent());
    }

    /** The device of this name; {@link InputException} names the devices there are, or why this one is absent. */
    public static Chosen choose(String device) {
        var asked = new LinkedHashMap<Backend, Availability>();
        for (var backend : backends()) {
            var availability = backend.availability();
            asked.put(backend, availability);
            var name = DeviceName.resolve(device, names(availability));
            if (name.isPresent()) {
                return new Chosen(named(availability, name.get()), backend);
            }
        }
        throw unknown(device, asked);
    }

    private static Backend.Device named(Availability availability, String name) {
        return devices(availability).stream()
                .filter(device -> device.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> names(Availability availability) {
        return devices(availability).stream().map(Backend.Device::name).toList();
    }

    private static List<Backend.Device> devices(Availability availability) {
        return switch (availability) {
            case Available available -> available.devices();
            case Absent absent -> List.of();
        };
    }

    private static InputException unknown(String device, Map<Backend, Availability> asked) {
        for (var backend : asked.keySet()) {
            boolean named = device.equals(backend.name()) || device.startsWith(backend.name() + ":");
            if (named && asked.get(backend) instanceof Absent absent) {
                return InputException.about("device", "`device` " + device + ": " + absent.reason());
            }
        }
        var names =
                asked.values().stream().flatMap(each -> names(each).stream()).toList();
        return InputException.about(
                "device", "`device` " + device + ": there is no such device; choose " + String.join(" or ", names));
    }
}
