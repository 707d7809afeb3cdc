package io.mural.tornado.kernels;

import java.util.Optional;

/** Libraries of NVIDIA's that the CUDA backend calls: modules of TornadoVM's SDK with native code behind them. */
final class SdkLibrary {
    private SdkLibrary() {}

    /**
     * Why TornadoVM cannot call a library, with the remedy; empty if it can.
     *
     * @param module the SDK's; its native code has the same name, with a hyphen
     * @param instead what is done without it, with a semicolon and a blank behind it; or nothing
     * @param product of NVIDIA's, which has it
     */
    @SuppressWarnings("restricted") // the native code is TornadoVM's own, which loads it anyway
    static Optional<String> missing(String library, String module, String instead, String product) {
        if (ModuleLayer.boot().findModule(module).isEmpty()) {
            return Optional.of("%s is missing, the TornadoVM SDK has no module %s; %sinstall a release for CUDA"
                    .formatted(library, module, instead));
        }
        try {
            System.loadLibrary(module.replace('.', '-'));
            return Optional.empty();
        } catch (UnsatisfiedLinkError e) {
            return Optional.of("%s cannot be loaded, %sinstall a TornadoVM SDK for CUDA and NVIDIA's %s: %s"
                    .formatted(library, instead, product, e.getMessage()));
        }
    }
}
