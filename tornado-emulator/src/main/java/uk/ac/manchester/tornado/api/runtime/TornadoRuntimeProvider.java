package uk.ac.manchester.tornado.api.runtime;

import io.mural.emulator.EmulatedRuntime;
import uk.ac.manchester.tornado.api.TornadoRuntime;

/** Where the devices are found. */
public class TornadoRuntimeProvider {
    private static final TornadoRuntime RUNTIME = new EmulatedRuntime();

    private TornadoRuntimeProvider() {}

    public static TornadoRuntime getTornadoRuntime() {
        return RUNTIME;
    }
}
