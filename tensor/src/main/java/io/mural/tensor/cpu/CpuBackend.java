package io.mural.tensor.cpu;

import io.mural.tensor.Backend;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
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
        if (device.equals(SCALAR) || !hasVectorModule()) {
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

    /** An incubator module is there only if the command line asks for it. */
    private static boolean hasVectorModule() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }
}
