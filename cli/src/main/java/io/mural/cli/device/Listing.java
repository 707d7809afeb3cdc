package io.mural.cli.device;

import io.mural.cli.tornado.TornadoVm;
import io.mural.cli.tornado.TornadoVm.Answer.Nothing;
import io.mural.cli.tornado.TornadoVm.Answer.Said;
import io.mural.engine.device.Devices;
import io.mural.engine.device.Memory;
import io.mural.tensor.Backend;
import io.mural.tensor.Backend.Availability.Absent;
import io.mural.tensor.Backend.Availability.Available;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All devices of this machine, and why others are absent. */
record Listing(List<Entry> devices, List<Absence> absent) {
    private static final String TORNADO = "tornado";

    record Entry(String name, String backend, String description) {}

    record Absence(String backend, String reason) {}

    /** The devices of this JVM and, where this is not TornadoVM's JVM, those that one finds. */
    static Listing of(Optional<Path> tornadoHome) {
        var listing = new Listing(new ArrayList<>(), new ArrayList<>());
        Devices.backends().forEach(listing::add);
        if (!TornadoVm.isHere()) {
            switch (TornadoVm.ask(tornadoHome, List.of("devices", "--json"))) {
                case Said said -> listing.addTornado(Json.parse("TornadoVM's JVM", lastLine(said.text())));
                case Nothing nothing -> listing.absent.add(new Absence(TORNADO, nothing.reason()));
            }
        }
        return listing;
    }

    /** Drivers print before it what they think of the machine. */
    private static String lastLine(String text) {
        return text.lines().reduce("", (before, line) -> line);
    }

    private void add(Backend backend) {
        switch (backend.availability()) {
            case Available available ->
                available
                        .devices()
                        .forEach(device -> devices.add(new Entry(device.name(), backend.name(), device.description())));
            case Absent reason -> absent.add(new Absence(backend.name(), reason.reason()));
        }
    }

    /** What TornadoVM's JVM lists, less the processor, which runs faster in this JVM. */
    private void addTornado(JsonObject other) {
        for (var device : other.objects("devices")) {
            if (device.string("backend").equals(TORNADO)) {
                devices.add(new Entry(device.string("name"), TORNADO, device.string("description")));
            }
        }
        for (var absence : other.objects("absent")) {
            absent.add(new Absence(absence.string("backend"), absence.string("reason")));
        }
    }

    Map<String, Object> asJson() {
        List<Object> all = new ArrayList<>();
        for (var device : devices) {
            all.add(object("name", device.name, "backend", device.backend, "description", device.description));
        }
        List<Object> absences = new ArrayList<>();
        for (var absence : absent) {
            absences.add(object("backend", absence.backend, "reason", absence.reason));
        }
        return object(
                "devices",
                all,
                "absent",
                absences,
                "processors",
                Runtime.getRuntime().availableProcessors(),
                "memory_available_bytes",
                Memory.available());
    }

    private static Map<String, Object> object(Object... keysAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            object.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return object;
    }
}
