package io.mural.cli.device;

import io.mural.cli.console.BadUsage;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The options that say where to compute. */
public final class DeviceOptions {
    private static final int MOST_THREADS = 1024;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "Where to compute; 'mural devices' lists what there is. Default: cpu.")
    private String device;

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
    public record Choice(String name, int threads, Supplier<Ops> ops) {}

    /** The device of the options, else {@code otherwise}. {@link BadUsage} when there is no such device. */
    public Choice choose(String otherwise) {
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        if (count < 1 || count > MOST_THREADS) {
            throw new BadUsage("--threads " + count + ": choose 1 to " + MOST_THREADS);
        }
        var name = device == null ? otherwise : device;
        var backend = Devices.backend(name);
        return new Choice(name, count, () -> backend.open(name, count, new Workspace()));
    }

    /** The device of the options, else the processor. */
    public Choice choose() {
        return choose("cpu");
    }
}
