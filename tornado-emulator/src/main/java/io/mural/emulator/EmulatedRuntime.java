package io.mural.emulator;

import java.util.List;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** One backend with one device: this JVM. */
public final class EmulatedRuntime implements TornadoRuntime, TornadoBackend {
    private static final TornadoDevice DEVICE = new EmulatedDevice();

    @Override
    public int getNumBackends() {
        return 1;
    }

    @Override
    public TornadoBackend getBackend(int index) {
        return List.<TornadoBackend>of(this).get(index);
    }

    @Override
    public TornadoVMBackendType getBackendType(int index) {
        return getBackend(index).getBackendType();
    }

    @Override
    public TornadoDevice getDefaultDevice() {
        return DEVICE;
    }

    @Override
    public String getName() {
        return "Java";
    }

    @Override
    public TornadoVMBackendType getBackendType() {
        return TornadoVMBackendType.JAVA;
    }

    @Override
    public int getNumDevices() {
        return 1;
    }

    @Override
    public TornadoDevice getDevice(int index) {
        return getAllDevices().get(index);
    }

    @Override
    public List<TornadoDevice> getAllDevices() {
        return List.of(DEVICE);
    }
}
