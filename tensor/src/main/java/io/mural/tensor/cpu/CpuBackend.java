package io.mural.tensor.cpu;

import io.mural.tensor.Backend;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import java.util.List;

/** The processor this JVM runs on: {@code cpu:scalar}, the oracle. */
public final class CpuBackend implements Backend {
    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public Availability availability() {
        return new Availability.Available(List.of(new Device("cpu:scalar", "plain Java, one thread: the oracle")));
    }

    @Override
    public Ops open(String device, int threads, Workspace workspace) {
        return new ScalarOps(workspace);
    }
}
