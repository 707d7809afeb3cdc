package uk.ac.manchester.tornado.api.types.arrays;

import io.mural.emulator.DeviceArrays;
import io.mural.emulator.Presence;

/** Lets the emulator give arrays room on its device. */
final class Copies extends DeviceArrays {
    @Override
    protected TornadoNativeArray onDevice(TornadoNativeArray host, Presence presence) {
        return host.onDevice(presence);
    }
}
