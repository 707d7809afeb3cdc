package io.mural.cli.device;

import io.mural.cli.console.Interrupt;
import io.mural.cli.console.NativeOutput;
import io.mural.cli.tornado.TornadoVm;
import io.mural.engine.device.DeviceChoice;
import io.mural.engine.device.DeviceName;
import io.mural.engine.device.Devices;
import io.mural.tensor.GemmChoice;
import io.mural.tensor.Precision;
import io.mural.tensor.WeightStorage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** The options that say where to compute. */
public final class DeviceOptions {
    private static final String ALL = "all";

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

    @Option(
            names = "--precision",
            paramLabel = "P",
            description = "What products of matrices and attention are in on the processor: f32, bf16 (needs"
                    + " AVX512_BF16), int8 (needs AVX2) or auto, which is bf16 for weights that are bf16 or shorter where"
                    + " the processor has it. Default: f32; with --from that of the picture.")
    private Precision precision;

    @Option(
            names = "--storage",
            paramLabel = "HOW",
            description =
                    "How GPUs keep weights: usual (in 16 bits) or f32, which rounds nothing, takes twice the memory and"
                            + " does without NVIDIA's libraries. Default: usual; for parity f32.")
    private WeightStorage storage;

    /**
     * The device of the options, else {@code otherwise}.
     *
     * @param before what multiplied matrices before, taken where the device leaves a choice and the options say nothing
     * @param usual the precision, where the options say nothing
     * @param kept how weights are kept, where the options say nothing and the device leaves a choice
     */
    public DeviceChoice choose(String otherwise, Optional<GemmChoice> before, Precision usual, WeightStorage kept) {
        var chosen = named(device == null ? otherwise : device, before, usual);
        return storage == null ? chosen.as(kept).watched(NativeOutput::fault) : chosen;
    }

    private DeviceChoice named(String name, Optional<GemmChoice> before, Precision usual) {
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        var chosen = DeviceChoice.of(name, count, Optional.ofNullable(gemm), before, false)
                .in(precision == null ? usual : precision);
        return (storage == null ? chosen : chosen.keeping(storage)).watched(NativeOutput::fault);
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
        var named = ALL.equals(device)
                ? Optional.of("tornado").filter(name -> TornadoVm.has(name, home))
                : Optional.ofNullable(device);
        var wanted = device == null
                ? before.filter(name -> DeviceName.needsTornadoVm(name) && TornadoVm.has(name, home))
                : named.filter(DeviceName::needsTornadoVm);
        return wanted.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(TornadoVm.run(wanted.get(), home, interrupt, args));
    }

    /** As {@link #choose()}; weights are kept in float32 where the options say nothing else, and nothing asks for a library. */
    public DeviceChoice chooseExact() {
        var chosen = choose(Precision.F32);
        boolean free = storage == null && gemm != GemmChoice.LIBRARY && gemm != GemmChoice.MEASURED;
        return free && chosen.choosesStorage()
                ? chosen.keeping(WeightStorage.F32).watched(NativeOutput::fault)
                : chosen;
    }

    /** The devices of the options: all of TornadoVM's for {@code all}, or the processor if there is none. */
    public List<String> names() {
        if (!ALL.equals(device)) {
            return List.of(device == null ? "cpu" : device);
        }
        var names = Devices.names().stream().filter(DeviceName::needsTornadoVm).toList();
        return names.isEmpty() ? List.of("cpu") : names;
    }

    /** A device by its name, with the other options. */
    public DeviceChoice choose(String name, Precision usual) {
        return named(name, Optional.empty(), usual);
    }

    /** The device of the options, else the processor; in float32 where the options say nothing else. */
    public DeviceChoice choose() {
        return choose(Precision.F32);
    }

    /** The device of the options, else the processor; {@code usual} is the precision where the options say nothing. */
    public DeviceChoice choose(Precision usual) {
        return choose("cpu", Optional.empty(), usual, WeightStorage.USUAL);
    }
}
