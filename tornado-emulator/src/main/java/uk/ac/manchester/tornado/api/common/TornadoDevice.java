package uk.ac.manchester.tornado.api.common;

import uk.ac.manchester.tornado.api.TornadoTargetDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** A device that runs kernels. */
public interface TornadoDevice {
    String getDeviceName();

    String getDescription();

    String getPlatformName();

    TornadoDeviceType getDeviceType();

    /** Bytes of the largest buffer. */
    long getMaxAllocMemory();

    /** Bytes. */
    long getMaxGlobalMemory();

    /** Bytes that a work-group can share. */
    long getDeviceLocalMemorySize();

    TornadoTargetDevice getPhysicalDevice();

    TornadoVMBackendType getTornadoVMBackend();
}
