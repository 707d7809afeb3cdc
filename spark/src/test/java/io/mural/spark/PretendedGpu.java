package io.mural.spark;

import io.mural.engine.device.Devices;
import io.mural.tensor.Backend;
import io.mural.tensor.Ops;
import io.mural.tensor.Workspace;
import java.util.List;

/** The GPU whose address the discovery script tells, computed by the processor. */
public final class PretendedGpu implements Backend {
    static final String DEVICE = "tornado:cuda:" + Cluster.ADDRESS;

    @Override
    public String name() {
        return "pretended";
    }

    @Override
    public Availability availability() {
        return new Availability.Available(List.of(new Device(DEVICE, "no GPU")));
    }

    @Override
    public Ops open(String device, int threads, Workspace workspace) {
        return Devices.choose("cpu").backend().open("cpu", threads, workspace);
    }
}
