package io.mural.cli.device;

import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Interrupt;
import io.mural.cli.tornado.DeviceName;
import io.mural.cli.tornado.TornadoVm;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The options that say where to compute. */
public final class DeviceOptions {
    private static final int MOST_THREADS = 1024;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "Where to compute; 'mural devices' lists what there is. tornado is TornadoVM's first device."
                    + " Default: cpu.")
    private String device;

    @Option(
            names = "--tornado-home",
            paramLabel = "FOLDER",
            description = "The TornadoVM SDK to use. Default: TORNADOVM_HOME, else the one of SDKMAN.")
    private Path tornadoHome;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that compute. Default: one for each processor. Results do not depend on it.")
    private Integer threads;

    /**
     * A device as chosen.
     *
     * @param name what {@code --device} takes
     * @param ops opens its operations with memory of their own
     */
    public record Choice(String name, int threads, Supplier<Ops> ops) {
        /** The same, telling {@code listener} what the backend decides by itself, each line once. */
        public Choice heeded(Consumer<String> listener) {
            Set<String> told = new HashSet<>();
            return new Choice(name, threads, () -> {
                var opened = ops.get();
                opened.heed(line -> {
                    if (told.add(line)) {
                        listener.accept(line);
                    }
                });
                return opened;
            });
        }
    }

    /** The device of the options, else {@code otherwise}. {@link BadUsage} when there is no such device. */
    public Choice choose(String otherwise) {
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        if (count < 1 || count > MOST_THREADS) {
            throw new BadUsage("--threads " + count + ": choose 1 to " + MOST_THREADS);
        }
        var chosen = Devices.choose(device == null ? otherwise : device);
        return new Choice(chosen.name(), count, () -> chosen.backend().open(chosen.name(), count, new Workspace()));
    }

    /**
     * Runs the whole command in TornadoVM's JVM if the device needs that and this is another JVM.
     *
     * @param before the device of a picture that is made again; used if the options name none and it may be here
     * @param args the command line
     * @return the exit code, empty if the command should run here
     */
    public OptionalInt runElsewhere(Interrupt interrupt, Optional<String> before, List<String> args) {
        if (TornadoVm.isHere()) {
            return OptionalInt.empty();
        }
        var home = Optional.ofNullable(tornadoHome);
        var wanted = device == null
                ? before.filter(name -> DeviceName.needsTornadoVm(name) && TornadoVm.has(name, home))
                : Optional.of(device).filter(DeviceName::needsTornadoVm);
        return wanted.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(TornadoVm.run(wanted.get(), home, interrupt, args));
    }

    /** The device of the options, else the processor. */
    public Choice choose() {
        return choose("cpu");
    }
}
