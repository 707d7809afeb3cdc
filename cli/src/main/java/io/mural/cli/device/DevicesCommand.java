package io.mural.cli.device;

import io.mural.engine.device.Memory;
import io.mural.engine.text.Figures;
import io.mural.weights.text.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
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
    private static final String LINE = "%-16s %s%n";

    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "One JSON object instead of lines.")
    private boolean json;

    @Option(
            names = "--tornado-home",
            paramLabel = "FOLDER",
            description = "The TornadoVM SDK to ask. Default: TORNADOVM_HOME, else the one of SDKMAN.")
    private Path tornadoHome;

    @Override
    public void run() {
        var listing = Listing.of(Optional.ofNullable(tornadoHome));
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.write(listing.asJson()));
        } else {
            print(listing, out);
        }
    }

    private static void print(Listing listing, PrintWriter out) {
        listing.devices().forEach(device -> out.printf(LINE, device.name(), device.description()));
        listing.absent().forEach(absence -> out.printf(LINE, absence.backend(), "absent: " + absence.reason()));
        out.println(Runtime.getRuntime().availableProcessors() + " processors, " + Figures.bytes(Memory.available())
                + " of memory available");
    }
}
