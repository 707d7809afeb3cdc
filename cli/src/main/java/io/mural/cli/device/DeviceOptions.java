package io.mural.cli.device;

import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Interrupt;
import io.mural.cli.tornado.DeviceName;
import io.mural.cli.tornado.TornadoVm;
import io.mural.tensor.GemmChoice;
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

    @Option(
            names = "--gemm",
            paramLabel = "HOW",
            description =
                    "What multiplies matrices and does attention on NVIDIA's GPUs with --device tornado:cuda: java"
                            + " (kernels of mural), library (cuBLAS and cuDNN) or measured (the faster for each size)."
                            + " Default: measured.")
    private GemmChoice gemm;

    /**
     * A device as chosen.
     *
     * @param name what {@code --device} takes
     * @param gemm what multiplies matrices and does attention, where the device leaves a choice
     * @param ops opens its operations with memory of their own
     */
    public record Choice(String name, int threads, Optional<GemmChoice> gemm, Supplier<Ops> ops) {
        /**
         * The same, telling {@code listener} what the backend decides by itself, and {@code details} how it came to that,
         * each line once.
         */
        public Choice heeded(Consumer<String> listener, Consumer<String> details) {
            Set<String> told = new HashSet<>();
            return new Choice(name, threads, gemm, () -> {
                var opened = ops.get();
                opened.heed(once(told, listener));
                opened.heedDetails(once(told, details));
                return opened;
            });
        }

        private static Consumer<String> once(Set<String> told, Consumer<String> listener) {
            return line -> {
                if (told.add(line)) {
                    listener.accept(line);
                }
            };
        }
    }

    /**
     * The device of the options, else {@code otherwise}. {@link BadUsage} when there is no such device.
     *
     * @param before what multiplied matrices before, taken where the device leaves a choice and the options say nothing
     */
    public Choice choose(String otherwise, Optional<GemmChoice> before) {
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        if (count < 1 || count > MOST_THREADS) {
            throw new BadUsage("--threads " + count + ": choose 1 to " + MOST_THREADS);
        }
        var chosen = Devices.choose(device == null ? otherwise : device);
        var backend = chosen.backend();
        var name = chosen.name();
        var noLibrary = backend.noLibrary(name);
        if (gemm == GemmChoice.LIBRARY && noLibrary.isPresent()) {
            throw new BadUsage("--gemm library: " + noLibrary.get() + "; leave --gemm away");
        }
        var products = noLibrary.isPresent()
                ? Optional.<GemmChoice>empty()
                : Optional.of(gemm == null ? before.orElse(GemmChoice.MEASURED) : gemm);
        return new Choice(
                name,
                count,
                products,
                () -> backend.open(name, count, new Workspace(), products.orElse(GemmChoice.MEASURED)));
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
        return choose("cpu", Optional.empty());
    }
}
