package io.mural.cli.device;

import io.mural.cli.console.Figures;
import io.mural.tensor.Backend;
import io.mural.tensor.Backend.Availability.Absent;
import io.mural.tensor.Backend.Availability.Available;
import io.mural.weights.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mural devices}: every backend, its devices or why it has none. */
@Command(
        name = "devices",
        description = "Lists the devices to compute on, and why others are absent.",
        footerHeading = "%nExamples:%n",
        footer = {"  mural devices", "  mural devices --json"})
public final class DevicesCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "One JSON object instead of lines.")
    private boolean json;

    @Override
    public void run() {
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.write(asJson()));
        } else {
            Devices.backends().forEach(backend -> print(out, backend));
            out.println(Runtime.getRuntime().availableProcessors() + " processors, " + Figures.bytes(Memory.available())
                    + " of memory available");
        }
    }

    private static void print(PrintWriter out, Backend backend) {
        switch (backend.availability()) {
            case Available available ->
                available.devices().forEach(device -> out.printf("%-12s %s%n", device.name(), device.description()));
            case Absent absent -> out.printf("%-12s absent: %s%n", backend.name(), absent.reason());
        }
    }

    private static Map<String, Object> asJson() {
        List<Object> devices = new ArrayList<>();
        List<Object> absences = new ArrayList<>();
        for (var backend : Devices.backends()) {
            switch (backend.availability()) {
                case Available available ->
                    available
                            .devices()
                            .forEach(device -> devices.add(object(
                                    "name", device.name(),
                                    "backend", backend.name(),
                                    "description", device.description())));
                case Absent absent -> absences.add(object("backend", backend.name(), "reason", absent.reason()));
            }
        }
        return object(
                "devices",
                devices,
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
