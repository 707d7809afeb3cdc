package uk.ac.manchester.tornado.api;

import io.mural.emulator.Traffic;

/** The profile of an execution: zeros unless the plan was run with a profiler. */
public class TornadoProfilerResult {
    private final Traffic traffic;

    TornadoProfilerResult(Traffic traffic) {
        this.traffic = traffic;
    }

    /** Nanoseconds from the call of execute to its return. */
    public long getTotalTime() {
        return traffic.nanoseconds();
    }

    /** Bytes that went to the device. */
    public long getTotalBytesCopyIn() {
        return traffic.bytesIn();
    }

    /** Bytes that came from the device. */
    public long getTotalBytesCopyOut() {
        return traffic.bytesOut();
    }

    public long getTotalBytesTransferred() {
        return traffic.bytesIn() + traffic.bytesOut();
    }
}
