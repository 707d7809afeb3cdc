package uk.ac.manchester.tornado.api;

import io.mural.emulator.Execution;
import io.mural.emulator.Traffic;

/** What an execution came to. */
public class TornadoExecutionResult {
    private final Execution execution;
    private final TornadoProfilerResult profile;

    TornadoExecutionResult(Execution execution, Traffic traffic) {
        this.execution = execution;
        profile = new TornadoProfilerResult(traffic);
    }

    public TornadoProfilerResult getProfilerResult() {
        return profile;
    }

    /** Copies arrays that the executed graphs left on the device to the host. */
    public TornadoExecutionResult transferToHost(Object... objects) {
        execution.transferToHost(objects);
        return this;
    }

    public boolean isReady() {
        return true;
    }
}
