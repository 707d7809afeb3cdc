package io.mural.emulator;

import uk.ac.manchester.tornado.api.TornadoTargetDevice;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** This JVM as a device: its threads run the kernels, and its memory is the device's as well. */
final class EmulatedDevice implements TornadoDevice, TornadoTargetDevice {
    @Override
    public String getDeviceName() {
        return "emulator";
    }

    @Override
    public String getDescription() {
        return "TornadoVM's API on the threads of this JVM, strict and slow, for tests";
    }

    @Override
    public String getPlatformName() {
        return "JVM";
    }

    @Override
    public TornadoDeviceType getDeviceType() {
        return TornadoDeviceType.CPU;
    }

    @Override
    public TornadoVMBackendType getTornadoVMBackend() {
        return TornadoVMBackendType.JAVA;
    }

    @Override
    public TornadoTargetDevice getPhysicalDevice() {
        return this;
    }

    // As much as Java's direct memory, which has the same default and purpose.
    @Override
    public long getMaxGlobalMemory() {
        return Runtime.getRuntime().maxMemory();
    }

    @Override
    public long getDeviceGlobalMemorySize() {
        return getMaxGlobalMemory();
    }

    @Override
    public long getMaxAllocMemory() {
        return getMaxGlobalMemory();
    }

    @Override
    public long getDeviceMaxAllocationSize() {
        return getMaxGlobalMemory();
    }

    @Override
    public long getDeviceLocalMemorySize() {
        return LocalArrays.MOST_BYTES;
    }

    @Override
    public int getDeviceMaxComputeUnits() {
        return Runtime.getRuntime().availableProcessors();
    }

    @Override
    public long[] getDeviceMaxWorkGroupSize() {
        return new long[] {Grid.LARGEST_GROUP};
    }

    @Override
    public String getDeviceInfo() {
        return getDescription();
    }
}
