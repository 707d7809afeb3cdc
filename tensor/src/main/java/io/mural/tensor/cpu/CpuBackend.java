package io.mural.tensor.cpu;

import io.mural.tensor.Backend;
import io.mural.tensor.Ops;
import io.mural.tensor.Precision;
import io.mural.tensor.Workspace;
import io.mural.tensor.cpu.machine.Kernels;
import java.util.List;
import java.util.Optional;

/** The processor this JVM runs on: {@code cpu}, the vector kernels, and {@code cpu:scalar}, the oracle. */
public final class CpuBackend implements Backend {
    private static final String SCALAR = "cpu:scalar";

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public Availability availability() {
        int processors = Runtime.getRuntime().availableProcessors();
        String kernels = hasVectorModule()
                ? "Vector API, " + VectorOps.vectorBits() + "-bit, up to " + processors + " threads"
                : "plain Java, one thread, very slow; run with --add-modules jdk.incubator.vector for the vector"
                        + " kernels";
        return new Availability.Available(
                List.of(new Device(name(), kernels), new Device(SCALAR, "plain Java, one thread: the oracle")));
    }

    @Override
    public Ops open(String device, int threads, Workspace workspace) {
        if (!isVector(device)) {
            return new ScalarOps(workspace);
        }
        return new VectorOps(workspace, threads);
    }

    @Override
    public Optional<String> whySlow(String device) {
        return device.equals(SCALAR) || hasVectorModule()
                ? Optional.empty()
                : Optional.of("this JVM runs without the Vector API, without which the processor computes many times"
                        + " slower; start java with --add-modules jdk.incubator.vector, or choose " + SCALAR);
    }

    @Override
    public Optional<String> slowedBy(String device) {
        return isVector(device) ? Compilation.whySlow() : Optional.empty();
    }

    @Override
    public Ops open(String device, int threads, Workspace workspace, Precision precision) {
        requirePrecision(device, precision);
        if (precision == Precision.F32 || !isVector(device)) {
            return open(device, threads, workspace);
        }
        return new VectorOps(workspace, threads, precision, Kernels.ofThisProcessor());
    }

    @Override
    public Optional<String> noPrecision(String device, Precision precision) {
        if (precision == Precision.F32 || precision == Precision.AUTO) {
            return Optional.empty();
        }
        if (!isVector(device)) {
            return Backend.super.noPrecision(device, precision);
        }
        var kernels = Kernels.ofThisProcessor();
        boolean missing = precision == Precision.BF16
                ? kernels.pairs().isEmpty()
                : kernels.blocks().isEmpty();
        if (!missing) {
            return Optional.empty();
        }
        var needed = precision == Precision.BF16 ? "AVX512_BF16" : "AVX2 or AVX512_VNNI";
        return Optional.of(kernels.reason().orElse("this processor has no " + needed) + "; choose auto or f32");
    }

    @Override
    public boolean roundsToBf16(String device) {
        return isVector(device) && Kernels.ofThisProcessor().pairs().isPresent();
    }

    private static boolean isVector(String device) {
        return !device.equals(SCALAR) && hasVectorModule();
    }

    /** An incubator module is there only if the command line asks for it. */
    private static boolean hasVectorModule() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }
}
