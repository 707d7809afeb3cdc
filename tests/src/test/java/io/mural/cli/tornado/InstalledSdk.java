package io.mural.cli.tornado;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.mural.cli.tornado.Sdk.Search.Found;
import io.mural.cli.tornado.Sdk.Search.Missing;
import io.mural.engine.text.Version;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The TornadoVM SDK of this machine, for tests that need it. Without one they are skipped with the reason, or fail if
 * the build was given {@code -Dmural.require=tornado}.
 */
public final class InstalledSdk {
    private InstalledSdk() {}

    /** The SDK's folder. */
    public static Path home() {
        return require().home();
    }

    /** The first of the SDK's backends, such as {@code opencl}. */
    public static String backend() {
        return require().backends().getFirst();
    }

    /** The file of an SDK's module, such as {@code tornado-api}. */
    public static Path module(String name) {
        return require().modules().resolve(name + "-" + Version.tornadoVm() + ".jar");
    }

    /** A program in TornadoVM's JVM, with the class path of the tests; not yet started. */
    public static ProcessBuilder process(String mainClass, String... args) {
        Sdk sdk = require();
        return ChildCommand.process(sdk, sdk.backends(), mainClass, List.of(args));
    }

    private static Sdk require() {
        return switch (Sdk.find(Optional.empty())) {
            case Found found -> found.sdk();
            case Missing missing -> {
                if ("tornado".equals(System.getProperty("mural.require"))) {
                    fail("-Dmural.require=tornado: " + missing.reason());
                }
                System.out.println("skipped without TornadoVM: " + missing.reason());
                yield abort(missing.reason());
            }
        };
    }
}
