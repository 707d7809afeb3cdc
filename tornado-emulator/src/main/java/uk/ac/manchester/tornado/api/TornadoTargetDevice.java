package uk.ac.manchester.tornado.api;

/** A processor as its driver describes it. */
public interface TornadoTargetDevice {
    String getDeviceName();

    /** Bytes. */
    long getDeviceGlobalMemorySize();

    /** Bytes that a work-group can share. */
    long getDeviceLocalMemorySize();

    int getDeviceMaxComputeUnits();

    /** The most work-items of a group, one number. */
    long[] getDeviceMaxWorkGroupSize();

    /** Bytes of the largest buffer. */
    long getDeviceMaxAllocationSize();

    /** All the driver says, for people. */
    String getDeviceInfo();
}
