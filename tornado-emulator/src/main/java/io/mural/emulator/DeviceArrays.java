package io.mural.emulator;

import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Makes device copies of arrays. TornadoVM's API has no such thing, so the arrays' own package does it and registers
 * here, out of sight of kernels.
 */
public abstract class DeviceArrays {
    private static DeviceArrays arrays;

    protected DeviceArrays() {}

    public static void register(DeviceArrays arrays) {
        DeviceArrays.arrays = arrays;
    }

    static TornadoNativeArray copyOf(TornadoNativeArray host, Presence presence) {
        return arrays.onDevice(host, presence);
    }

    protected abstract TornadoNativeArray onDevice(TornadoNativeArray host, Presence presence);
}
